import { expect, test } from "vitest";
import { restoreInput } from "./inputs.ts";

const restore = { point: "p", disk: "os", name: "restored" };

test.each(["a/../../b", "..", "ends.", "a b", "a\0", "x".repeat(91), ""])(
  "%j is not a resource group",
  (resourceGroup) => {
    expect(restoreInput.safeParse({ ...restore, resourceGroup }).success).toBe(false);
  },
);

test.each(["rg-shop", "Shop_(prod).1-eu", "größe"])("%j is one", (resourceGroup) => {
  expect(restoreInput.parse({ ...restore, resourceGroup }).resourceGroup).toBe(resourceGroup);
});
