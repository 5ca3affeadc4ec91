import { expect, test } from "vitest";
import { policies } from "../budgets/budget-policies.ts";
import { armParts } from "../parts.ts";
import { durations } from "./durations.ts";

test("every kind of work has a duration, and no other kind", () => {
  const kinds = armParts.flatMap((part) => Object.keys(part.work ?? {}));
  // Earlier versions had one kind of power operation; it is read, never begun.
  const begun = kinds.filter((kind) => kind !== "virtualMachines.power");
  expect(Object.keys(durations).toSorted()).toEqual(begun.toSorted());
});

test("every budget belongs to a call that is served", () => {
  const calls = new Set(armParts.flatMap((part) => part.routes.map(({ operation }) => operation)));
  // Polls of both providers are one call; the disk provider counts its own.
  calls.add("diskOperations.get");
  expect(Object.keys(policies).filter((call) => !calls.has(call))).toEqual([]);
});
