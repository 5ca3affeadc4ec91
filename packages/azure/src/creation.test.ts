import { KluisError } from "@kluis/domain";
import { expect, test } from "vitest";
import type { AzureConfig } from "./config.ts";
import { connect } from "./connection.ts";
import { type Creation, continueCreation, creationPoller } from "./creation.ts";

const HOUR_MS = 3_600_000;
const subscriptionId = "3e6f0c8a-52b7-4d19-a4c3-9f81d27b5001";
const target = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/snapshots/s`;

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

function creationIn(state: { provisioningState?: string; removed: number }): Creation<object, string> {
  return {
    operation: {
      kind: "disk-snapshot",
      words: "create the disk snapshot",
      resume: () => {
        throw new Error("The operation is lost.");
      },
      finish: () => Promise.resolve("created"),
    },
    read: () => Promise.resolve(state),
    removeFailed: () => Promise.resolve(void state.removed++),
    resultOf: () => "created",
    failed: (_, how) => new KluisError("AZURE_FAILED", { reason: `disk-snapshot-${how}`, message: how }),
  };
}

test("a resource whose operation is lost is polled itself, and not forever", async () => {
  const state = { provisioningState: "Creating", removed: 0 };
  const creation = creationIn(state);
  const found = await continueCreation(creation, { azure: connectionAt(0), target });
  if (found?.status !== "running") throw new Error("It is not under way.");
  expect(found.operation).toMatchObject({ poller: "", polls: 1, startedAt: 0 });
  const poll = creationPoller(creation);
  const later = await poll(connectionAt(2 * HOUR_MS), found.operation);
  expect(later).toMatchObject({ status: "running", operation: { polls: 2, startedAt: 0 } });
  await expect(poll(connectionAt(2 * HOUR_MS + 1), found.operation)).rejects.toMatchObject({
    code: "AZURE_FAILED",
    reason: "never-ended",
  });
  state.provisioningState = "Succeeded";
  expect(await poll(connectionAt(3 * HOUR_MS), found.operation)).toEqual({
    status: "done",
    result: "created",
  });
});

test("what a failed creation left is removed before the next one", async () => {
  const state = { provisioningState: "Failed", removed: 0 };
  expect(await continueCreation(creationIn(state), { azure: connectionAt(0), target })).toBeNull();
  expect(state.removed).toBe(1);
});
