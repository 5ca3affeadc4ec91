import { expect, test } from "vitest";
import { raisedPlace, raisedWhy } from "#features/overview/raised-view-model.ts";

const vm = { id: "v1", name: "web-01" };

test("what was raised opens the page that says more about it", () => {
  const job = "01a21889-a531-7ed1-be96-9dfe719606de";
  expect(raisedPlace({ key: `transfer:${job}`, kind: "transfer", vm })).toBe(`/jobs/${job}`);
  expect(raisedPlace({ key: "transfer:starved/v1", kind: "transfer", vm })).toBe("/vms/v1");
  expect(raisedPlace({ key: "consistency:v1", kind: "consistency", vm })).toBe("/vms/v1");
  expect(raisedPlace({ key: "azure-removal:v1", kind: "azure-removal", vm })).toBe("/vms/v1?tab=snapshots");
  expect(raisedPlace({ key: "azure-removal:none", kind: "azure-removal", vm: null })).toBe("/settings");
});

test("a sentence that has the reason in it is not followed by the same reason", () => {
  expect(raisedWhy("clock", "Why.")).toBe("Why.");
  expect(raisedWhy("changed-ranges", "Why.")).toBeNull();
});
