/** The schema of a recovery point's manifest, part of the format (docs/vault-format.md, Manifest). */
import { consistencySchema, deltaMethods, diskKeySchema, osTypes } from "@kluis/domain/core";
import { z } from "zod";
import { domainSchema } from "./domain.ts";
import { nodeRefSchema } from "./node-ref.ts";

/** Version of the manifest's JSON; a reader rejects every other version. */
export const MANIFEST_VERSION = 1;

export const pointIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const time = z.iso.datetime({ offset: true });

/** Bytes of the transfer of one disk, summed over its segments. */
export const diskStatsSchema = z.strictObject({
  logicalBytes: count,
  readBytes: count,
  changedBytes: count,
  movedBytes: count,
  storedBytes: count,
  zeroBytes: count,
});

export const manifestDiskSchema = z.strictObject({
  key: diskKeySchema,
  name: z.string().min(1),
  resourceId: z.string().min(1),
  /** Azure's uniqueId of the disk; a re-created disk of the same name has another. */
  uniqueId: z.string(),
  diskBytes: count.positive(),
  sku: z.string(),
  /** Null when the disk is all zeros. */
  root: nodeRefSchema.nullable(),
  rootDigest: z.string().regex(/^[0-9a-f]{48}$/),
  /** Domain of deduplication in which its content was written. */
  domain: domainSchema,
  delta: z.enum(deltaMethods),
  /** Why this method was used; null when it needs no explanation. */
  deltaReason: z.string().nullable(),
  stats: diskStatsSchema,
  /** The disk resource as Azure returned it. */
  configuration: z.record(z.string(), z.json()),
});

export const manifestSchema = z.strictObject({
  manifestVersion: z.literal(MANIFEST_VERSION),
  pointId: z.string().regex(pointIdPattern),
  vaultId: z.uuid(),
  jobId: z.string().min(1),
  vm: z.strictObject({
    resourceId: z.string().min(1),
    name: z.string().min(1),
    vmId: z.string().nullable(),
    location: z.string(),
    os: z.enum(osTypes),
    tags: z.record(z.string(), z.string()),
    /** The whole VM resource as Azure returned it: enough to create the VM again. */
    configuration: z.record(z.string(), z.json()),
  }),
  /**
   * The VM's point in this vault before this one, and the SHA-256 of its manifest; null when the writer knew of none. A gap or an
   * older copy of the whole vault is visible by it.
   */
  previous: z
    .strictObject({
      pointId: z.string().regex(pointIdPattern),
      manifestDigest: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .nullable(),
  disks: z.array(manifestDiskSchema).min(1),
  excludedDisks: z.array(z.strictObject({ key: diskKeySchema, name: z.string(), reason: z.string() })),
  times: z.strictObject({
    /** The instant of the content. */
    takenAt: time,
    snapshotStartedAt: time,
    snapshotEndedAt: time,
    transferStartedAt: time,
    transferEndedAt: time,
  }),
  consistency: z.strictObject({
    wanted: consistencySchema,
    reached: consistencySchema,
    /** Why `reached` differs from `wanted`, for a user; null when it needs no explanation. */
    reason: z.string().nullable(),
  }),
  /** Null for a backup without a policy. */
  policy: z.strictObject({ id: z.string(), name: z.string(), version: z.number().int() }).nullable(),
  /** `schedule` or `manual`: the trigger of the job. */
  trigger: z.string().min(1),
  /** The actor who started it, as the ledger names actors. */
  actor: z.record(z.string(), z.json()),
  /** When the policy scheduled the backup; null when a user started it. */
  occurrenceDueAt: time.nullable(),
  engineVersion: z.string(),
  /** What the writer's catalog keeps of the point beside all this; nothing that a restore needs. Missing without a catalog. */
  catalog: z.record(z.string(), z.json()).optional(),
});

/** A recovery point without the disks' bytes. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestDisk = z.infer<typeof manifestDiskSchema>;
