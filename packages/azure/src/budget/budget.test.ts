import { createHttpHeaders } from "@azure/core-rest-pipeline";
import type { BudgetStore } from "@kluis/domain";
import { describe, expect, test } from "vitest";
import { refusalOf, remainingOf } from "./answer.ts";
import { bucketsOf, budgetCall } from "./buckets.ts";
import { LeasedBudget } from "./budget.ts";
import { memoryBudgetStore } from "./memory-store.ts";

const base = "https://management.azure.com/subscriptions/S1";
const compute = `${base}/resourceGroups/rg/providers/Microsoft.Compute`;
const callOf = (method: string, url: string) => {
  const call = budgetCall(method, url);
  if (!call) throw new Error("outside a subscription");
  return call;
};
const point = `${compute}/restorePointCollections/c/restorePoints/p`;

describe("the budgets of a request", () => {
  test.each([
    ["GET", `${base}/providers/Microsoft.Compute/virtualMachines?api-version=1`, "reads HighCostGet"],
    ["GET", `${compute}/virtualMachines/web?api-version=1`, "reads LowCostGet"],
    ["GET", `${compute}/virtualMachines/web/extensions/VMSnapshot`, "reads LowCostGet"],
    ["POST", `${compute}/virtualMachines/web/runCommand`, "writes UpdateVM"],
    ["PUT", point, "writes PutRestorePoint"],
    ["GET", point, "reads LowCostGetRestorePoint"],
    ["DELETE", point, "deletes DeleteRestorePoint"],
    ["GET", `${point}/diskRestorePoints/d`, "reads LowCostGetRestorePoint"],
    ["POST", `${point}/diskRestorePoints/d/beginGetAccess`, "writes"],
    [
      "GET",
      `${base}/providers/Microsoft.Compute/locations/westeurope/operations/x?c=3kb`,
      "reads GetOperation",
    ],
    ["PUT", `${compute}/disks/d`, "writes CreateUpdateDisks"],
    ["GET", `${base}/providers/Microsoft.Compute/skus`, "reads"],
  ])("%s %s: %s", (method, url, names) => {
    expect(
      bucketsOf(callOf(method, url))
        .map(({ name }) => name)
        .join(" "),
    ).toBe(names);
  });

  test("outside a subscription there are none", () => {
    expect(budgetCall("GET", "https://management.azure.com/tenants")).toBeNull();
  });
});

describe("what Azure says", () => {
  const put = bucketsOf(callOf("PUT", point));
  const [writes, putPoint] = put;
  const headers = createHttpHeaders({
    "x-ms-ratelimit-remaining-subscription-writes": "199",
    "x-ms-ratelimit-remaining-resource":
      "Microsoft.Compute/PutRestorePointResource;5,Microsoft.Compute/PutRestorePointSubscriptionMaximum;149,Microsoft.Compute/CreateCrashConsistentRestorePoint;2",
  });

  test("remains is read for the bucket of the subscription", () => {
    expect(put.map((bucket) => remainingOf(bucket, { headers }))).toEqual([199, 149]);
    expect(put.map((bucket) => remainingOf(bucket, { headers: createHttpHeaders() }))).toEqual([null, null]);
  });

  const refusal = (error: object) => ({
    status: 429,
    headers: createHttpHeaders({ "retry-after": "17" }),
    body: JSON.stringify({ error }),
  });
  test("is refused is one bucket", () => {
    const door = refusal({ code: "SubscriptionRequestsThrottled", message: "" });
    expect(refusalOf(put, door)).toEqual({ scope: "subscription", bucket: writes, forMs: 17_000 });
    const target = "PutRestorePointSubscriptionMaximum";
    const policy = refusal({ code: "OperationNotAllowed", details: [{ code: "TooManyRequests", target }] });
    expect(refusalOf(put, policy)).toEqual({ scope: "subscription", bucket: putPoint, forMs: 17_000 });
  });
  test("is refused for one VM stops no other", () => {
    const details = [{ code: "TooManyRequests", target: "PutRestorePointResource" }];
    const single = { scope: "resource", bucket: putPoint, forMs: 17_000 };
    expect(refusalOf(put, refusal({ code: "OperationNotAllowed", details }))).toEqual(single);
    expect(refusalOf(put, refusal({ code: "TooManyRequests" }))).toEqual(single);
    expect(refusalOf(put, { ...refusal({ code: "x" }), status: 409 })).toBeNull();
  });
});

/** Processes that share a store and a clock. */
function shared(processes: number) {
  const clock = { now: 0 };
  const leases: number[] = [];
  const memory = memoryBudgetStore(() => clock.now);
  const store: BudgetStore = {
    ...memory,
    async lease(request) {
      leases.push(request.want);
      return memory.lease(request);
    },
  };
  const budgets = Array.from(
    { length: processes },
    () => new LeasedBudget({ store, principal: "p", now: () => clock.now }),
  );
  return { clock, budgets, leases };
}

describe("processes that share a budget", () => {
  const create = callOf("PUT", point);

  test("together send no more than Azure allows, and then wait", async () => {
    const { budgets } = shared(3);
    let sent = 0;
    for (let round = 0; round < 200; round += 1)
      for (const budget of budgets) if ((await budget.take(create)) === 0) sent += 1;
    // The bucket of restore points holds 150.
    expect(sent).toBe(150);
    for (const budget of budgets) expect(await budget.take(create)).toBeGreaterThan(0);
    // Reads have their own buckets.
    expect(await budgets[0]?.take(callOf("GET", point))).toBe(0);
  });

  test("ask the store far less often than they send", async () => {
    const { budgets, leases } = shared(1);
    for (let count = 0; count < 100; count += 1) await budgets[0]?.take(callOf("GET", point));
    expect(leases.length).toBeLessThan(40);
  });

  test("wait when one is refused, only in that subscription and policy", async () => {
    const { clock, budgets } = shared(2);
    const [one, two] = budgets;
    await one?.take(create);
    const details = [{ target: "PutRestorePointSubscriptionMaximum" }];
    await one?.answered(create, {
      status: 429,
      headers: createHttpHeaders({ "retry-after": "600" }),
      body: JSON.stringify({ error: { code: "OperationNotAllowed", details } }),
    });
    expect(await one?.take(create)).toBe(600_000);
    expect(await two?.take(create)).toBe(600_000);
    const elsewhere = callOf("PUT", point.replace("/S1/", "/S2/"));
    expect(await one?.take(elsewhere)).toBe(0);
    expect(await one?.take(callOf("DELETE", point))).toBe(0);
    clock.now = 600_000;
    expect(await two?.take(create)).toBe(0);
  });

  test("believe Azure when it counts more than they do", async () => {
    const { budgets } = shared(2);
    const [one, two] = budgets;
    await one?.take(create);
    const remaining = "Microsoft.Compute/PutRestorePointSubscriptionMaximum;2";
    const headers = createHttpHeaders({ "x-ms-ratelimit-remaining-resource": remaining });
    await one?.answered(create, { status: 201, headers, body: "" });
    let sent = 0;
    for (let count = 0; count < 20; count += 1) if ((await two?.take(create)) === 0) sent += 1;
    expect(sent).toBe(2);
  });

  test("do not wait for an instant that a clock set back has moved away", async () => {
    const { clock, budgets } = shared(1);
    const [one] = budgets;
    clock.now = 86_400_000;
    while ((await one?.take(create)) === 0);
    clock.now = 0;
    expect(await one?.take(create)).toBeLessThan(2000);
    clock.now = 2000;
    expect(await one?.take(create)).toBe(0);
  });
});
