/**
 * Recovery points as JSON: each fact has one definition here, and lists, pages and reports select
 * from them.
 */
import {
  actorSchema,
  actorView,
  bytesView,
  consistencySchema,
  countView,
  deltaMethods,
  diskFactsSchema,
  diskKeySchema,
  instantView,
  jobTriggers,
  pointStates,
  policyVersionView,
  refView,
  removalCauseSchema,
  retentionTiers,
  snapshotSourceKinds,
  storedNoticeSchema,
  vaultKinds,
  verifyModes,
} from "@kluis/domain";
import { z } from "zod";
import { transferBytes } from "../transfer-view.ts";

/** A disk of a recovery point. */
export const pointDisk = z.object({
  key: diskKeySchema,
  name: z.string(),
  resourceId: z.string(),
  sku: z.string(),
  diskBytes: bytesView,
  /** Keyed digest of the disk's whole content: equal content in one vault gives equal digests. */
  rootDigest: z.string(),
  deltaMethod: z.enum(deltaMethods),
  deltaReason: z.string().nullable(),
  /** `deltaReason` as code and parameters; null for points of earlier versions. */
  deltaNotice: storedNoticeSchema,
  /** 0 where changed ranges were read: they do not tell what else is allocated. */
  allocatedBytes: bytesView,
  ...transferBytes,
});

/** A disk of a point with what a restore needs to create it again; null in points of earlier versions. */
const recordedDisk = pointDisk.extend({ facts: diskFactsSchema.nullable().catch(null) });

const retained = {
  occurrenceDueAt: instantView.nullable(),
  /** Retention tiers that keep the point, as last judged. */
  tiers: z.array(z.enum(retentionTiers)),
  expiresAt: instantView.nullable(),
  /** Retention keeps it until then, because a person brought it back. */
  keptUntil: instantView.nullable(),
  /** A legal hold: since when, and why. */
  pinnedAt: instantView.nullable(),
  pinReason: z.string().nullable(),
};

const captured = {
  jobId: z.string(),
  trigger: z.enum(jobTriggers),
  /** The instant whose content the point holds. */
  takenAt: instantView,
  snapshotStartedAt: instantView,
  snapshotEndedAt: instantView,
  consistencyWanted: consistencySchema,
  consistencyReason: z.string().nullable(),
  consistencyNotice: storedNoticeSchema,
  /** Azure's word for the level that its restore point reached. */
  azureConsistency: z.string(),
  /** A restore point of the VM, or a snapshot of each disk, and why. */
  capturedBy: z.enum(snapshotSourceKinds),
  capturedNotice: storedNoticeSchema,
  snapshotRemovedAt: instantView.nullable(),
  instantRestoreUntil: instantView.nullable(),
};

const transferred = {
  logicalBytes: bytesView,
  allocatedBytes: bytesView,
  ...transferBytes,
  chunksNew: countView,
  chunksReused: countView,
  retries: countView,
  /** Since the previous point of the VM: the recovery point objective that was reached. */
  gapSeconds: z.int().nullable(),
  deadlineAt: instantView.nullable(),
  deadlineMet: z.boolean().nullable(),
};

const sealed = {
  encryption: z.literal("AES-256-GCM"),
  keyId: z.string(),
};

const lived = {
  state: z.enum(pointStates),
  createdAt: instantView,
  /** When it was removed. It can be brought back until `purgeAt`; `purgedAt`: its content is gone. */
  deletedAt: instantView.nullable(),
  deleteReason: z.string().nullable(),
  /** Which rules removed it; null: a person deleted it by hand, or it was not recorded. */
  deleteCause: removalCauseSchema.nullable().catch(null),
  purgeAt: instantView.nullable(),
  purgedAt: instantView.nullable(),
};

/** A place of the content of a point. */
const pointPlace = z.object({ pointId: z.string(), vault: refView });

/** A recovery point in full. */
export const pointView = z.object({
  id: z.string(),
  vm: refView,
  policy: policyVersionView.nullable(),
  ...retained,
  ...captured,
  actor: actorView,
  /** The level that was reached. */
  consistency: consistencySchema,
  /** The VM as it was when the point was taken. */
  vmFacts: z.record(z.string(), z.unknown()),
  transferStartedAt: instantView,
  transferEndedAt: instantView,
  ...transferred,
  manifestDigest: z.string(),
  lastVerified: z.object({ at: instantView, mode: z.enum(verifyModes), ok: z.boolean() }).nullable(),
  /** What sampled and full verifications have read of the content; null: nothing. */
  coverage: z
    .object({
      /** The part of the point that the round has read, in percent. */
      percent: z.int().min(0).max(100),
      /** When a part was read last. */
      readAt: instantView,
      /** Every byte was read since then. */
      wholeAt: instantView.nullable(),
    })
    .nullable(),
  lastVerifyDetail: z.record(z.string(), z.unknown()).nullable(),
  ...sealed,
  vault: refView.extend({ kind: z.enum(vaultKinds) }),
  ...lived,
  deletedBy: actorView.nullable(),
  pinnedBy: actorView.nullable(),
  /** True for an available point while its VM has no other. */
  isOnly: z.boolean(),
  diskCount: countView,
  disks: z.array(recordedDisk),
  /** Its second copies in other vaults, and since when they are there. */
  copies: z.array(pointPlace.extend({ state: z.enum(pointStates), since: instantView })),
  /** Set for a second copy: the point that a backup made. */
  original: pointPlace.nullable(),
});

/** A recovery point in a list. */
export const pointRow = pointView.pick({
  id: true,
  vm: true,
  state: true,
  takenAt: true,
  trigger: true,
  consistency: true,
  consistencyWanted: true,
  consistencyReason: true,
  consistencyNotice: true,
  policy: true,
  diskCount: true,
  logicalBytes: true,
  changedBytes: true,
  movedBytes: true,
  storedBytes: true,
  tiers: true,
  expiresAt: true,
  pinnedAt: true,
  pinReason: true,
  keptUntil: true,
  purgeAt: true,
  instantRestoreUntil: true,
  lastVerified: true,
  coverage: true,
  deletedAt: true,
});
export type PointRow = z.infer<typeof pointRow>;

/**
 * A recovery point in full, with where the content of each disk begins in the vault (null: the disk
 * is all zeros).
 */
export const storedPoint = pointView.extend({
  disks: z.array(recordedDisk.extend({ root: z.string().nullable() })),
});
export type StoredPoint = z.infer<typeof storedPoint>;

/** The blocks of a report's row. */
export const reportBlocks = {
  identity: z.object({
    pointId: z.string(),
    vmId: z.string(),
    /** This and the following: the VM as it was when the point was taken. */
    vmName: z.string(),
    vmResourceId: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    subscriptionId: z.string().nullable(),
    resourceGroup: z.string().nullable(),
    location: z.string().nullable(),
    osType: z.string().nullable(),
    teams: z.array(z.string()),
    excludedDisks: z.array(z.object({ key: z.string(), name: z.string(), reason: z.string() })),
  }),
  policy: z.object({
    id: z.string().nullable(),
    name: z.string().nullable(),
    version: z.int().nullable(),
    ...retained,
    pinnedBy: actorSchema.nullable(),
  }),
  capture: z.object({
    ...captured,
    actor: actorSchema,
    consistencyReached: consistencySchema,
    snapshotIds: z.array(z.string()),
  }),
  transfer: z.object({ startedAt: instantView, endedAt: instantView, ...transferred }),
  disks: z.array(pointDisk),
  integrity: z.object({
    manifestDigest: z.string(),
    lastVerifiedAt: instantView.nullable(),
    lastVerifyMode: z.enum(verifyModes).nullable(),
    lastVerifyOk: z.boolean().nullable(),
    /** Bytes of its disks that cannot be read now; null: none are known, or they are being searched. */
    damagedBytes: bytesView.nullable(),
    /** What sampled and full verifications have read of the content, in percent, and since when every byte was read. */
    verifyCoverage: z.int(),
    readAt: instantView.nullable(),
    readWholeAt: instantView.nullable(),
  }),
  protection: z.object({
    ...sealed,
    vaultId: z.string(),
    vaultName: z.string(),
    vaultKind: z.enum(vaultKinds),
  }),
  lifecycle: z.object({ ...lived, deletedBy: actorSchema.nullable() }),
  /** The event that recorded the point. Null is a finding: every point has one. */
  ledger: z
    .object({ seq: countView, at: instantView, prevDigest: z.string(), digest: z.string() })
    .nullable(),
};

/**
 * A recovery point in a report: every recorded fact, in blocks. Null means: does not apply, or was
 * not recorded.
 */
export const pointReportRow = z.object(reportBlocks);
export type PointReportRow = z.infer<typeof pointReportRow>;

/** Bytes over many points: exact up to 2^53 (8 PiB), above that the nearest number. */
const byteSum = z.number().nonnegative();

/** The sums over the rows of a report. */
export const pointReportTotals = z.object({
  points: countView,
  vms: countView,
  application: countView,
  file: countView,
  crash: countView,
  softDeleted: countView,
  deleted: countView,
  pinned: countView,
  verified: countView,
  damaged: countView,
  deadlinesMissed: countView,
  logicalBytes: byteSum,
  movedBytes: byteSum,
  storedBytes: byteSum,
});
export type PointReportTotals = z.infer<typeof pointReportTotals>;
