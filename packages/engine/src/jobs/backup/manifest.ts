/** The manifest of a recovery point, built from what the database holds: the same rows give the same manifest. Pure. */
import type { WorkDisk, WorkJob } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { MANIFEST_VERSION, type Manifest, type ManifestDisk, parseNodeRef } from "@kluis/vault";
import { z } from "zod";
import { type BackupMemory, type MemoryDisk, recall } from "./memory.ts";

export interface ManifestFacts {
  readonly job: WorkJob;
  readonly memory: BackupMemory;
  readonly disks: readonly WorkDisk[];
  readonly vaultId: string;
  readonly engineVersion: string;
}

export function buildManifest({ job, memory, disks, vaultId, engineVersion }: ManifestFacts): Manifest {
  const vm = recall(memory, "vm");
  const { facts, endedAt, reached, reason } = recall(memory, "snapshot");
  const found = recall(memory, "disks");
  return {
    manifestVersion: MANIFEST_VERSION,
    pointId: recall(memory, "pointId"),
    vaultId,
    jobId: job.id,
    vm: {
      resourceId: vm.id,
      name: vm.name,
      vmId: vm.azureVmId,
      location: vm.location,
      os: vm.os,
      tags: vm.tags,
      configuration: plainObject(vm.configuration),
    },
    disks: disks.map((disk) => manifestDisk(disk, found)),
    excludedDisks: recall(memory, "excluded").map(({ key, name, reason: why }) => ({
      key,
      name,
      reason: why,
    })),
    times: {
      takenAt: new Date(facts.createdAt).toISOString(),
      snapshotStartedAt: recall(memory, "snapshotStartedAt"),
      snapshotEndedAt: endedAt,
      transferStartedAt: recall(memory, "transferStartedAt"),
      transferEndedAt: recall(memory, "transferEndedAt"),
    },
    consistency: { wanted: recall(memory, "consistency").wanted, reached, reason },
    policy:
      job.policy === null
        ? null
        : { id: job.policy.policyId, name: job.policy.name, version: job.policy.version },
    trigger: job.trigger,
    actor: plainObject(job.actor),
    occurrenceDueAt: job.dueAt === null ? null : job.dueAt.toISOString(),
    engineVersion,
  };
}

function manifestDisk(disk: WorkDisk, found: readonly MemoryDisk[]): ManifestDisk {
  const described = found.find(({ key }) => key === disk.diskKey);
  if (described === undefined || disk.rootDigest === null || disk.deltaMethod === null) {
    throw new KluisError("INTERNAL", { message: `The disk ${disk.name} is not sealed.` });
  }
  const { readBytes, changedBytes, movedBytes, storedBytes } = disk.stats;
  return {
    key: disk.diskKey,
    name: disk.name,
    resourceId: disk.resourceId,
    uniqueId: disk.diskUniqueId,
    diskBytes: disk.diskBytes,
    sku: disk.sku,
    root: disk.root === null ? null : parseNodeRef(disk.root),
    rootDigest: disk.rootDigest,
    delta: disk.deltaMethod,
    deltaReason: disk.deltaReason,
    stats: { logicalBytes: disk.diskBytes, readBytes, changedBytes, movedBytes, storedBytes, zeroBytes: 0 },
    configuration: plainObject(described.configuration),
  };
}

/** JSON as the manifest's schema types it. */
function plainObject(value: object): Manifest["vm"]["configuration"] {
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(value)));
}
