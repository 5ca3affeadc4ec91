/** What Azure refuses permanently: the job falls back, keeps its point or ends at once, and says why. */
import { listSubscriptions } from "@kluis/db";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { discover } from "../src/inventory/discover.ts";
import { MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
let vmId: string;
let made = 0;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.control.clearFaults();
  const name = `vm${++made}`;
  const image = await world.image(name, 24 * MIB, [random(0, MIB)]);
  vmId = await world.protectedVm({ name, disks: [image], policy: standardPolicy });
});

interface Refusal {
  readonly operation: string;
  readonly status?: number;
  readonly code: string;
  readonly message?: string;
}

async function refuse({ operation, status = 409, code, message = "Azure said so." }: Refusal): Promise<void> {
  await world.control.addFault({ match: { operation }, effect: { type: "fail", status, code, message } });
}

const warningsOf = async (jobId: string): Promise<unknown> =>
  (await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } })).warnings;

describe("a guest that cannot take part", () => {
  it("is asked all the same when the extension cannot be installed beforehand: Azure installs it itself", async () => {
    const operation = "virtualMachineExtensions.createOrUpdate";
    await refuse({ operation, status: 404, code: "ArtifactVersionNotFound" });
    const point = await world.backUp(vmId);
    expect(point.consistencyReached).toBe("file");
    expect(await warningsOf(point.jobId)).toEqual([]);
  });

  it("is backed up crash-consistently when its VSS writers fail", async () => {
    const message = "Restore Point creation failed due to VSS Writers in bad state.";
    await world.control.addFault({
      match: { operation: "work:restorePoints.create" },
      effect: { type: "fail", status: 409, code: "VMRestorePointClientError", message },
      times: 1,
    });
    const point = await world.backUp(vmId);
    expect(point.consistencyReached).toBe("crash");
    expect(await warningsOf(point.jobId)).toMatchObject([
      { code: "AGENT_NOT_READY", params: { azureCode: "VMRestorePointClientError" } },
      { code: "CONSISTENCY_NOT_REACHED" },
    ]);
  });
});

describe("a refusal that no retry changes", () => {
  it("ends the job at once with its reason", async () => {
    await refuse({
      operation: "restorePointCollections.createOrUpdate",
      code: "ReadOnlyDisabledSubscription",
    });
    const job = await world.ended(await world.startBackup(vmId));
    expect(job).toMatchObject({
      state: "failed",
      error: { code: "AZURE_SUBSCRIPTION_UNUSABLE", reason: "disabled" },
    });
  });

  it("of the whole subscription deletes no VM from the inventory", async () => {
    await refuse({ operation: "virtualMachines.*", status: 404, code: "SubscriptionNotFound" });
    await discover(engine.deps, null, new AbortController().signal);
    const vm = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
    expect(vm.deletedAt).toBeNull();
    const subscriptions = await listSubscriptions(world.db.prisma);
    expect(subscriptions.find(({ id }) => id === CONTOSO_SUBSCRIPTION_ID.toLowerCase())).toMatchObject({
      readable: false,
      problem: { code: "AZURE_SUBSCRIPTION_UNUSABLE", reason: "unknown" },
    });
  });
});
