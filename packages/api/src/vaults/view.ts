import { damageRow, damageTotals, keptPackView, spaceView, vaultTotalView } from "@kluis/db";
import {
  byteSumView,
  bytesView,
  countView,
  deduplicationScopes,
  instantView,
  pageView,
  refView,
  settingSources,
  switchStates,
  truthFactsSchema,
  vaultCopySchema,
  vaultKinds,
  vaultStraysSchema,
  vaultTestSchema,
  vaultTruths,
} from "@kluis/domain";
import { z } from "zod";
import { partHealthView, testView } from "../connections/view.ts";

/** A vault. No secret of it ever leaves the server. */
export const vaultView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(vaultKinds),
  source: z.enum(settingSources),
  state: z.enum(switchStates),
  /** New backups use it. */
  isDefault: z.boolean(),
  /** Storage account and container; null for a folder. */
  account: z.string().nullable(),
  container: z.string().nullable(),
  folder: z.string().nullable(),
  /** Where its storage is, as Azure names regions; null: not recorded. */
  region: z.string().nullable(),
  credentialKind: z.enum(["connection-string", "none"]),
  /** Which VMs share content. */
  deduplication: z.enum(deduplicationScopes),
  /** MiB per second that backups of all engines together may store; null: no limit. */
  bandwidth: z.int().nullable(),
  /** The second vault that gets its points; null: none. */
  copy: z
    .object({
      to: refView,
      ...vaultCopySchema.omit({ to: true }).shape,
      /** Points without a copy, since when the oldest of them waits, and the bytes that backups stored for them. */
      lag: z.object({ points: countView, since: instantView.nullable(), bytes: bytesView }),
    })
    .nullable(),
  /** GiB that scheduled verifications of all policies together may read in a night; null: no limit. */
  verifyGib: z.int().nullable(),
  secretChangedAt: instantView.nullable(),
  /** The key-encryption key that locks it; null before its first test. */
  keyId: z.string().nullable(),
  createdAt: instantView,
  test: testView(vaultTestSchema),
  health: partHealthView,
  /** Whether its storage holds what the database knows. */
  truth: z.object({
    state: z.enum(vaultTruths),
    since: instantView.nullable(),
    facts: truthFactsSchema.nullable(),
    /** Objects in the storage that the database does not know; null before the first comparison. */
    strays: vaultStraysSchema.nullable(),
    comparedAt: instantView.nullable(),
    /** Backups wait until every pack was compared. */
    comparing: z.boolean(),
    /** A person asked to take over what the storage has. */
    adopting: z.boolean(),
  }),
  /** Recovery points in it, and the VMs that they are of. */
  use: z.object({
    points: countView,
    /** Deleted points that can be brought back. */
    softDeleted: countView,
    vms: countView,
    /** Points that it ever held, deleted ones included: with any it cannot be removed. */
    ever: countView,
  }),
});
export type VaultView = z.infer<typeof vaultView>;

/** What a vault really holds. For its owner only: users of a team see figures as if their VM alone used the vault. */
export const vaultFiguresView = z.object({
  /** All packs, with the bytes of their objects. */
  packs: vaultTotalView,
  /** Packs that a recovery point names. They may also hold content that nothing needs any more. */
  used: vaultTotalView,
  /** Packs that no counted point names: new ones of running backups, and those that collection will look at. */
  idle: vaultTotalView,
  /** Packs that collection deletes after its grace period. */
  condemned: vaultTotalView,
  points: z.object({
    available: countView,
    damaged: countView,
    pinned: countView,
    /** Deleted points that can be brought back, with the bytes that they stored first. */
    softDeleted: vaultTotalView,
    /** Points that are being deleted, and those that are gone. */
    deleting: countView,
    deleted: countView,
  }),
  /** Allocated bytes of the disks of all points whose content is in the vault: what plain copies would take. */
  contentBytes: byteSumView,
});
/** What collection would free, and why the rest stays. */
export const vaultSpaceView = z.object({
  /** Every reason once. With `compaction` the bytes are an estimate. */
  reasons: spaceView.array(),
  /** Points that can be brought back, with the bytes that they stored first: about this is freed when their time is over. */
  softDeleted: vaultTotalView,
  /** Packs that a point needs. */
  needed: vaultTotalView,
  /** At most a hundred packs that stay although nothing needs them, the largest first. */
  kept: keptPackView.extend({ since: instantView.nullable() }).array(),
});
export type VaultFiguresView = z.infer<typeof vaultFiguresView>;

/** The damage of a vault: its sums, and a page of it. */
export const vaultDamageView = z.object({ vault: refView, totals: damageTotals, list: pageView(damageRow) });
