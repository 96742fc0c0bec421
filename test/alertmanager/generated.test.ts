import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sharedData } from "../shared-data.ts";
import { generateTypes } from "./generate-types.ts";

const description = sharedData("alertmanager-openapi-v2.yaml");

test.skipIf(description === null)("the generated types are those of the API description", async () => {
  const types = generateTypes(readFileSync(description ?? "", "utf8"));
  await expect(types).toMatchFileSnapshot("../../src/alertmanager/generated/api.ts");
});
