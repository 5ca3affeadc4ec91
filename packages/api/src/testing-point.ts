/** A recovery point of a test world. */
import {
  createJob,
  createPoint,
  endJob,
  inTransaction,
  type NewPoint,
  type NewPointDisk,
  newId,
} from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { SEGMENT_BYTES, type Vault } from "@kluis/vault";
import type { Api } from "./context.ts";
import { testManifest } from "./testing-manifest.ts";

export async function addPoint(
  { api, vault }: { readonly api: Api; readonly vault: Vault },
  vmId: string,
  content: Uint8Array,
): Promise<string> {
  const signal = new AbortController().signal;
  const diskBytes = content.length;
  const { node } = await vault.writeSegment({
    diskBytes,
    segment: 0,
    extents: [{ offset: 0, length: diskBytes, kind: "data" }],
    delta: "digest-comparison",
    domain: "test",
    base: null,
    source: {
      size: diskBytes,
      read: (offset, length) => Promise.resolve(content.slice(offset, offset + length)),
    },
    signal,
  });
  if (diskBytes > SEGMENT_BYTES) throw new RangeError("Test disks have one segment.");
  const { root, rootDigest } = await vault.sealDisk({ diskBytes, segments: [node], signal });
  const disk = { diskBytes, root, rootDigest };
  const id = newId();
  const manifest = testManifest(vault, { pointId: id, jobId: newId() }, disk);
  const { digest: manifestDigest } = await vault.putManifest(manifest, signal);
  return inTransaction(api.db, async (tx) => {
    const job = { kind: "backup", vmId, trigger: "manual", actor: engineActor } as const;
    const jobId = await createJob(tx, job, systemClock);
    const facts = { ...pointFacts(new Date()), manifestDigest };
    const owners = { id, vmId, jobId, vaultId: vault.id, keyId: vault.keyId };
    await createPoint(tx, { ...facts, ...owners, disks: [pointDisk(disk)] });
    await endJob(tx, jobId, { state: "succeeded", stage: "recovery-point", at: new Date() });
    return id;
  });
}

function pointDisk(disk: {
  readonly diskBytes: number;
  readonly root: string | null;
  readonly rootDigest: string;
}): NewPointDisk {
  const { diskBytes } = disk;
  return {
    ...disk,
    diskKey: "os",
    name: "os-disk",
    resourceId: "/disks/os-disk",
    diskUniqueId: "u1",
    sku: "Premium_LRS",
    deltaMethod: "full",
    deltaReason: null,
    deltaNotice: null,
    allocatedBytes: diskBytes,
    readBytes: diskBytes,
    changedBytes: diskBytes,
    movedBytes: diskBytes,
    storedBytes: diskBytes,
  };
}

function pointFacts(
  now: Date,
): Omit<NewPoint, "id" | "vmId" | "jobId" | "vaultId" | "keyId" | "manifestDigest" | "disks"> {
  return {
    policyVersionId: null,
    trigger: "manual",
    actor: engineActor,
    vmFacts: { name: "vm", location: "westeurope" },
    consistencyWanted: "file",
    consistencyReached: "file",
    consistencyReason: null,
    consistencyNotice: null,
    azureConsistency: "FileSystemConsistent",
    capturedBy: "restore-point",
    capturedNotice: null,
    occurrenceDueAt: null,
    takenAt: now,
    snapshotStartedAt: now,
    snapshotEndedAt: now,
    snapshotRemovedAt: now,
    instantRestoreUntil: null,
    transferStartedAt: now,
    transferEndedAt: now,
    createdAt: now,
    deadlineAt: null,
    deadlineMet: null,
    gapSeconds: null,
    retries: 0,
    chunksNew: 1,
    chunksReused: 0,
  };
}
