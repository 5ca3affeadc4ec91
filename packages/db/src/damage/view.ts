/** Damage of a vault and of a recovery point as JSON. */
import {
  bytesView,
  countView,
  damageFinders,
  damageHealers,
  damageReasons,
  diskKeySchema,
  instantView,
} from "@kluis/domain";
import { z } from "zod";

/** What kind of object is damaged: chunks hold content, nodes the maps that lead to it, a manifest describes one point. */
const objectKinds = ["chunks", "nodes", "manifest"] as const;

/** Damage in a vault. */
export const damageRow = z.object({
  id: z.string(),
  object: z.string(),
  kind: z.enum(objectKinds),
  /** Offset in the object; null: the whole object. */
  offset: z.int().nonnegative().nullable(),
  reason: z.enum(damageReasons),
  problem: z.string(),
  foundBy: z.enum(damageFinders),
  foundAt: instantView,
  healedAt: instantView.nullable(),
  healedBy: z.enum(damageHealers).nullable(),
  /** Recovery points that need it; once it is healed, those that needed it. */
  points: countView,
  /** Whether every point was examined: until then there may be more points. */
  searched: z.boolean(),
});
export type DamageRow = z.infer<typeof damageRow>;

export const damageTotals = z.object({
  /** Damage that is not healed. */
  open: countView,
  healed: countView,
  /** Points that need what is not healed, and the VMs that they are of. */
  points: countView,
  vms: countView,
  /** Whether every point was examined. */
  searched: z.boolean(),
});
export type DamageTotals = z.infer<typeof damageTotals>;

export const byteRange = z.object({ offset: bytesView, length: bytesView });

/** A disk of a point with the ranges that cannot be read. */
export const damagedDisk = z.object({
  key: diskKeySchema,
  bytes: bytesView,
  /** How many ranges there are; `ranges` has the first of them. */
  count: countView,
  ranges: z.array(byteRange),
});
export type DamagedDisk = z.infer<typeof damagedDisk>;

const neighbor = z.object({ id: z.string(), takenAt: instantView }).nullable();

/** The damage of a recovery point. */
export const pointDamage = z.object({
  disks: z.array(damagedDisk),
  /** Damaged items that the point needs, and the first of them. */
  total: countView,
  items: z.array(
    damageRow.pick({
      object: true,
      kind: true,
      offset: true,
      reason: true,
      problem: true,
      foundBy: true,
      foundAt: true,
    }),
  ),
  /** Whether the point was examined: until then more of it may be damaged. */
  searched: z.boolean(),
  /** The nearest points of the VM that can be read in full. */
  before: neighbor,
  after: neighbor,
});
export type PointDamageView = z.infer<typeof pointDamage>;
