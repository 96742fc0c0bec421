import { describe } from "vitest";
import { jobsContract } from "./jobs-contract.ts";
import { openMemoryStore } from "./memory-store.ts";

describe("jobs on PGlite", () => jobsContract(openMemoryStore, 1));
