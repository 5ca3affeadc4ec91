/**
 * What the catalog keeps of a recovery point and no other part of its manifest holds. The manifest contains it, so that an empty
 * catalog can be filled again (`kluis vault rebuild`).
 */
import type { WorkDisk, WorkJob } from "@kluis/db";
import {
  diskKeySchema,
  snapshotSourceKinds,
  storedNoticeSchema,
  storedPolicyDocumentSchema,
  vmTraitsSchema,
} from "@kluis/domain";
import type { Manifest } from "@kluis/vault";
import { z } from "zod";
import { recall } from "../../job/recall.ts";
import { requireVm } from "../../job/require.ts";
import type { BackupMemory } from "./memory.ts";

const bytes = z.int().nonnegative();
const notice = storedNoticeSchema.nullable();

export const catalogFactsSchema = z.object({
  /** Id of the VM's row. */
  vmId: z.uuid(),
  size: z.string(),
  traits: vmTraitsSchema,
  /** The policy's version with its rules; null for a backup without a policy. */
  policy: z.object({ versionId: z.uuid(), document: storedPolicyDocumentSchema }).nullable(),
  azureConsistency: z.string(),
  consistencyNotice: notice,
  capturedBy: z.enum(snapshotSourceKinds),
  capturedNotice: notice,
  deadlineAt: z.iso.datetime().nullable(),
  chunksNew: z.int(),
  chunksReused: z.int(),
  disks: z.array(z.object({ key: diskKeySchema, deltaNotice: notice, allocatedBytes: bytes })),
});
export type CatalogFacts = z.infer<typeof catalogFactsSchema>;

/** Depends on the job's rows alone: a manifest that is written again has the same bytes. */
export function catalogFactsOf({
  job,
  memory,
  disks,
}: {
  readonly job: WorkJob;
  readonly memory: BackupMemory;
  readonly disks: readonly WorkDisk[];
}): NonNullable<Manifest["catalog"]> {
  const { size = "", traits } = recall(memory, "vm");
  const { facts, notice: lower } = recall(memory, "snapshot");
  const sum = (key: "chunksNew" | "chunksReused"): number =>
    disks.reduce((total, disk) => total + disk.stats[key], 0);
  const { policy } = job;
  const kept: z.input<typeof catalogFactsSchema> = {
    vmId: requireVm(job).id,
    size,
    traits: traits ?? {},
    policy: policy === null ? null : { versionId: policy.versionId, document: policy.document },
    azureConsistency: facts.consistency,
    consistencyNotice: lower,
    capturedBy: facts.kind,
    capturedNotice: recall(memory, "consistency").captured,
    deadlineAt: job.deadlineAt?.toISOString() ?? null,
    chunksNew: sum("chunksNew"),
    chunksReused: sum("chunksReused"),
    disks: disks.map((disk) => ({
      key: disk.diskKey,
      deltaNotice: disk.deltaNotice,
      allocatedBytes: allocatedBytesOf(disk),
    })),
  };
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(kept)));
}

/** Changed ranges do not tell which other blocks are allocated. */
export function allocatedBytesOf({ deltaMethod, plannedBytes }: WorkDisk): number {
  return deltaMethod === "changed-ranges" ? 0 : plannedBytes;
}
