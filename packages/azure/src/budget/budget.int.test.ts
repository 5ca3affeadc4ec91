/** Budgets against a strict Azure: Kluis stops before Azure refuses, and only where Azure would. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gate, startGate } from "../../test/gate.ts";
import { type AzureHarness, pointRequest, startAzure, takePoint, vmId } from "../../test/harness.ts";
import { parseAzureEnv } from "../config.ts";
import { connect, probe } from "../connection.ts";
import { restorePointIds } from "../names.ts";
import { startRestorePoint } from "../restore-points.ts";
import { getVm, requireVm } from "../vms.ts";
import { memoryBudgetStore } from "./memory-store.ts";

let harness: AzureHarness;
let gate: Gate;
beforeAll(async () => {
  harness = await startAzure();
  gate = await startGate(harness.local.url);
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  await harness[Symbol.asyncDispose]();
});

/** Two processes of one identity. */
function processes() {
  const rewrite = `management.azure.com=${gate.url},login.microsoftonline.com=${gate.url}`;
  const config = parseAzureEnv({ ...harness.env, KLUIS_AZURE_REWRITE: rewrite });
  const budgetStore = memoryBudgetStore();
  return [connect(config, { budgetStore }), connect(config, { budgetStore })] as const;
}

const throttled = (target: string) => ({
  status: 429,
  headers: { "retry-after": "600" },
  body: {
    error: {
      code: "OperationNotAllowed",
      message: "Too many.",
      details: [{ code: "TooManyRequests", target }],
    },
  },
});

describe("a refusal of Azure", () => {
  test("for a policy of the subscription stops every process there, and nothing else", async () => {
    const [one, two] = processes();
    gate.answer(/virtualMachines\/lin/, [throttled("LowCostGetSubscriptionMaximum")]);
    await expect(requireVm(one, vmId("lin"))).rejects.toMatchObject({ retryAfterMs: 600_000 });
    const reads = () => gate.seen.filter(({ line }) => line.includes("/virtualMachines/")).length;
    const before = reads();
    for (const azure of [one, two]) {
      const error = await requireVm(azure, vmId("win")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "AZURE_THROTTLED", retry: "turn" });
      expect(error).toHaveProperty(
        "retryAfterMs",
        expect.toSatisfy((ms: number) => ms > 500_000),
      );
    }
    // Nothing was sent.
    expect(reads()).toBe(before);
    const point = await takePoint(two, pointRequest("lin"));
    expect(point.consistency).toBe("file-system");
  });

  test("does not make the connection unhealthy", async () => {
    const [one] = processes();
    gate.answer(/\/subscriptions\?/, [throttled("TenantReads")]);
    const { signal } = new AbortController();
    expect([await probe(one, { signal }), await probe(one, { signal })]).toEqual([null, null]);
  });

  test("for one VM stops no other", async () => {
    const [one] = processes();
    gate.answer(/virtualMachines\/lin/, [throttled("LowCostGetResource")]);
    await expect(requireVm(one, vmId("lin"))).rejects.toMatchObject({ code: "AZURE_THROTTLED" });
    expect((await getVm(one, vmId("win")))?.name).toBe("win");
  });

  test("after an operation was accepted does not lose the operation", async () => {
    const [one] = processes();
    gate.answer(/GET .*\/operations\//, [throttled("GetOperationSubscriptionMaximum")]);
    const request = pointRequest("win");
    const started = await startRestorePoint(one, request);
    expect(started).toMatchObject({ status: "running", retryAfterMs: 600_000 });
    const ids = restorePointIds(request);
    expect(started).toHaveProperty("operation.target", ids.restorePointId);
  });
});
