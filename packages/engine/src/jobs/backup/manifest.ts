/** Builds the manifest of a recovery point from the rows of its job. Pure: the same rows give the same manifest. */
import type { WorkDisk, WorkJob } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { MANIFEST_VERSION, type Manifest, type ManifestDisk, parseNodeRef } from "@kluis/vault";
import { z } from "zod";
import { recall } from "../../job/recall.ts";
import { sealedDisk } from "../../job/sealed-disk.ts";
import { catalogFactsOf } from "./catalog-facts.ts";
import { type BackupMemory, domainOf, type MemoryDisk } from "./memory.ts";

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
  const { sealedAs = { engineVersion, policyName: job.policy?.name ?? null, previous: null } } = memory;
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
    previous: sealedAs.previous,
    disks: disks.map((disk) => manifestDisk(disk, { found, domain: domainOf(memory, vm.id) })),
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
        : {
            id: job.policy.policyId,
            name: sealedAs.policyName ?? job.policy.name,
            version: job.policy.version,
          },
    trigger: job.trigger,
    actor: plainObject(job.actor),
    occurrenceDueAt: job.dueAt === null ? null : job.dueAt.toISOString(),
    engineVersion: sealedAs.engineVersion,
    catalog: catalogFactsOf({ job, memory, disks }),
  };
}

function manifestDisk(
  disk: WorkDisk,
  { found, domain }: { readonly found: readonly MemoryDisk[]; readonly domain: string },
): ManifestDisk {
  const described = found.find(({ key }) => key === disk.diskKey);
  if (described === undefined) {
    throw new KluisError("INTERNAL", {
      message: `Disk ${disk.name} is not in the job's memory.`,
      params: { disk: disk.name },
    });
  }
  const { deltaMethod, rootDigest, stats } = sealedDisk(disk);
  const { chunksNew: _new, chunksReused: _reused, ...bytes } = stats;
  return {
    key: disk.diskKey,
    name: disk.name,
    resourceId: disk.resourceId,
    uniqueId: disk.diskUniqueId,
    diskBytes: disk.diskBytes,
    sku: disk.sku,
    root: disk.root === null ? null : parseNodeRef(disk.root),
    rootDigest,
    domain,
    delta: deltaMethod,
    deltaReason: disk.deltaReason,
    stats: { logicalBytes: disk.diskBytes, ...bytes, zeroBytes: 0 },
    configuration: plainObject(described.configuration),
  };
}

/** A JSON object in the type of the manifest's schema. */
function plainObject(value: object): Manifest["vm"]["configuration"] {
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(value)));
}
