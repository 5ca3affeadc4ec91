/** What happens in Azure while a backup runs, and what is left there without an owner. */
import { type RestorePointRequest, startRestorePoint } from "@kluis/azure";
import { newId } from "@kluis/db";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { expect } from "vitest";
import type { Engine } from "../src/engine.ts";
import { GROUP, type PointRow, until, type World } from "./world.ts";

/** Lets a request of the next backup wait a minute, so that a test can act before it. */
export async function holdOnce(world: World, operation: string): Promise<void> {
  await world.control.addFault({
    match: { operation },
    effect: { type: "throttle", retryAfterSeconds: 60 },
    times: 1,
  });
}

export interface Meanwhile {
  /** The request that is held. */
  readonly operation: string;
  readonly act: () => Promise<unknown>;
  /** Lets the time pass in which the request is tried again. */
  readonly pass: () => Promise<void>;
}

/** Backs up a VM whose owner acts while a request is held. */
export async function backUpWhile(
  world: World,
  vmId: string,
  { operation, act, pass }: Meanwhile,
): Promise<PointRow> {
  await holdOnce(world, operation);
  const jobId = await world.startBackup(vmId);
  await world.clock.advance({ seconds: 1 });
  await act();
  await pass();
  const job = await world.ended(jobId);
  expect(job.error).toBeNull();
  return world.pointOf(jobId);
}

/** Creates a restore point without an owner, as after the loss of its database row. */
export async function orphanOf(world: World, engine: Engine, vmId: string): Promise<RestorePointRequest> {
  const { resourceId, location } = await world.db.prisma.virtualMachine.findUniqueOrThrow({
    where: { id: vmId },
  });
  const request = {
    vmId: resourceId,
    location,
    jobId: newId(),
    installationId: engine.deps.installationId,
    attempt: 0,
    crashConsistent: true,
    excludeDiskIds: [],
  };
  await until("the orphan", 30_000, async () => {
    const signal = AbortSignal.timeout(60_000);
    const poll = await startRestorePoint(engine.deps.azure, request, { signal });
    return poll.status === "done" ? poll.result : null;
  });
  return request;
}

/** Attaches a data disk to a VM of zone 1 whose snapshots Azure copies before they can be read. */
export async function attachFast(world: World, vm: string): Promise<void> {
  const { virtualMachines, disks } = world.owner().compute(CONTOSO_SUBSCRIPTION_ID);
  const fast = await disks.createOrUpdate(GROUP, `${vm}-fast`, {
    location: "westeurope",
    zones: ["1"],
    sku: { name: "PremiumV2_LRS" },
    creationData: { createOption: "Empty", logicalSectorSize: 512 },
    diskSizeGB: 1,
  });
  const attach = { dataDisksToAttach: [{ diskId: fast.id ?? "", lun: 3 }] };
  await virtualMachines.attachDetachDataDisks(GROUP, vm, attach);
}
