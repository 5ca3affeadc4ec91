import { describe, expect, test } from "vitest";
import type { AzureConfig } from "./config.ts";
import { connect } from "./connection.ts";
import { type OperationKind, pollOperation } from "./lro.ts";
import type { AzureOperation } from "./operation.ts";

const HOUR_MS = 3_600_000;

/** An operation that Azure reports as in progress each time. */
const endless: OperationKind<string, string> = {
  kind: "restore-point",
  words: "create the restore point",
  resume: () => ({
    submitted: () => Promise.resolve(),
    poll: () => Promise.resolve({}),
    serialize: () => Promise.resolve("state"),
    isDone: false,
    result: undefined,
  }),
  finish: () => Promise.resolve("done"),
};

const subscriptionId = "3e6f0c8a-52b7-4d19-a4c3-9f81d27b5001";
const operation: AzureOperation = {
  kind: "restore-point",
  target: `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/disks/d`,
  subscriptionId,
  poller: "state",
};

function connectionAt(now: number) {
  const config: AzureConfig = {
    tenantId: "contoso",
    subscriptions: [subscriptionId],
    credential: { kind: "secret", clientId: "c", secret: "s" },
    authorityHost: "https://login.invalid",
    armUrl: "https://arm.invalid",
    rewrite: new Map(),
  };
  return connect(config, { now: () => now });
}

describe("an operation that Azure never ends", () => {
  test("is given up after hours with its own reason", async () => {
    const first = await pollOperation(endless, operation, { azure: connectionAt(0) });
    expect(first).toMatchObject({ status: "running", operation: { polls: 1, startedAt: 0 } });
    if (first.status === "done") throw new Error("The operation ended.");
    const again = { azure: connectionAt(2 * HOUR_MS) };
    expect(await pollOperation(endless, first.operation, again)).toMatchObject({ status: "running" });
    const late = pollOperation(endless, first.operation, { azure: connectionAt(2 * HOUR_MS + 1) });
    await expect(late).rejects.toMatchObject({
      code: "AZURE_FAILED",
      reason: "never-ended",
      retry: "bounded",
      params: { operation: "create the restore point", hours: 2 },
    });
  });
});
