import { describe } from "vitest";
import { storeContract } from "./contract.ts";
import { openMemoryStore } from "./memory-store.ts";

describe("the store on PGlite", () => storeContract(openMemoryStore));
