/** A resource that Azure throttles stops the others no longer than Azure's rule requires. */
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { expect, test } from "vitest";
import { budgetCall, resourceOfCall } from "./buckets.ts";
import { LeasedBudget } from "./budget.ts";
import { memoryBudgetStore } from "./memory-store.ts";

const compute = "https://management.azure.com/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute";
const read = (path: string) => {
  const call = budgetCall("GET", `${compute}/${path}?api-version=1`);
  if (!call) throw new Error("outside a subscription");
  return call;
};
const [bad, worse, good] = [
  read("virtualMachines/bad"),
  read("virtualMachines/worse"),
  read("virtualMachines/good"),
];

function setup() {
  const clock = { now: 0 };
  const store = memoryBudgetStore(() => clock.now);
  const budget = new LeasedBudget({ store, principal: "p", now: () => clock.now });
  const refuse = (call: typeof bad, code: string) =>
    budget.answered(call, {
      status: 429,
      headers: createHttpHeaders({ "retry-after": "30" }),
      body: JSON.stringify({ error: { code, message: "" } }),
    });
  const answer = (call: typeof bad) =>
    budget.answered(call, { status: 200, headers: createHttpHeaders(), body: "" });
  return { clock, budget, refuse, answer };
}

test("a limit of one resource stops that one, with its children", async () => {
  const { budget, clock, refuse } = setup();
  await refuse(bad, "TooManyRequests");
  expect(await budget.take(bad)).toBe(30_000);
  expect(await budget.take(read("virtualMachines/bad/extensions/one"))).toBe(30_000);
  expect(await budget.take(good)).toBe(0);
  clock.now = 30_000;
  expect(await budget.take(bad)).toBe(0);
});

test("a limit of the subscription stops all once; refused again while others are answered, it is the resource's", async () => {
  const { budget, clock, refuse, answer } = setup();
  await budget.take(bad);
  await refuse(bad, "SubscriptionRequestsThrottled");
  expect(await budget.take(good)).toBe(30_000);
  // Nothing was answered since: Azure means the subscription.
  clock.now = 30_000;
  await budget.take(bad);
  await refuse(bad, "SubscriptionRequestsThrottled");
  expect(await budget.take(good)).toBe(30_000);
  clock.now = 60_000;
  expect(await budget.take(good)).toBe(0);
  await answer(good);
  await refuse(bad, "SubscriptionRequestsThrottled");
  expect(await budget.take(good)).toBe(0);
  expect(await budget.take(bad)).toBe(30_000);
  // Another one is refused: once more, Azure may mean all.
  await refuse(worse, "SubscriptionRequestsThrottled");
  expect(await budget.take(good)).toBe(30_000);
});

test("a resource that is answered is forgotten", async () => {
  const { budget, clock, refuse, answer } = setup();
  await budget.take(bad);
  await refuse(bad, "SubscriptionRequestsThrottled");
  clock.now = 30_000;
  await answer(good);
  await answer(bad);
  await budget.take(bad);
  await refuse(bad, "SubscriptionRequestsThrottled");
  expect(await budget.take(good)).toBe(30_000);
});

test.each([
  ["virtualMachines/web/extensions/x", "virtualmachines/web"],
  ["restorePointCollections/c/restorePoints/p", "restorepointcollections/c"],
  ["virtualMachines", null],
])("the resource of %s", (path, end) => {
  const found = resourceOfCall(read(path));
  expect(found?.split("/microsoft.compute/").at(-1) ?? null).toBe(end);
});
