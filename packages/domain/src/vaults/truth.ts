/** Whether the storage of a vault holds what the database knows of it. Pure. */
import { z } from "zod";

/**
 * - `agrees`: nothing shows a difference
 * - `database-older`: the storage has recovery points that this database does not know: the database was restored from a backup
 * - `rolled-back`: the newest recovery points are missing in the storage: the storage was restored from a backup
 * - `foreign`: another vault is at its place
 * - `missing`: no vault is at its place
 */
export const vaultTruths = ["agrees", "database-older", "rolled-back", "foreign", "missing"] as const;
export type VaultTruth = (typeof vaultTruths)[number];

/** What each of them is called in English. */
export const vaultTruthTexts = {
  agrees: "Agrees",
  "database-older": "Database is older",
  "rolled-back": "Vault is older",
  foreign: "Another vault",
  missing: "Missing",
} as const satisfies Record<VaultTruth, string>;

/** Names of objects that facts keep. */
export const TRUTH_NAMES = 20;

const names = z.array(z.string()).max(TRUTH_NAMES);

/** What the storage showed when it was last looked at. */
export const truthFactsSchema = z.object({
  /** Recovery points that an engine wrote and that this database does not know, and the first of them. */
  unknownPoints: z.int().min(0),
  unknown: names,
  /** Recovery points of this database whose manifest is missing, and the first of them. */
  missingPoints: z.int().min(0),
  missing: names,
  /** The id of the vault that is in its place. */
  otherVault: z.string().nullable(),
});
export type TruthFacts = z.infer<typeof truthFactsSchema>;

export const noTruthFacts: TruthFacts = {
  unknownPoints: 0,
  unknown: [],
  missingPoints: 0,
  missing: [],
  otherVault: null,
};

/** Objects that the database does not know. Nothing deletes them. */
export const vaultStraysSchema = z.object({
  packs: z.int().min(0),
  nodes: z.int().min(0),
  moved: z.int().min(0),
  points: z.int().min(0),
  /** Objects with a name that no object of a vault has. */
  others: z.int().min(0),
  bytes: z.number().min(0),
  names,
});
export type VaultStrays = z.infer<typeof vaultStraysSchema>;

export const noStrays: VaultStrays = {
  packs: 0,
  nodes: 0,
  moved: 0,
  points: 0,
  others: 0,
  bytes: 0,
  names: [],
};

export function countStrays({ packs, nodes, moved, points, others }: VaultStrays): number {
  return packs + nodes + moved + points + others;
}

/** What a look at the storage found. */
export type TruthFinding =
  | { readonly kind: "missing" }
  | { readonly kind: "foreign"; readonly vaultId: string }
  | {
      readonly kind: "read";
      readonly facts: TruthFacts;
      /** The newest recovery point of the database is one of the missing, and no person has accepted that. */
      readonly isNewestMissing: boolean;
    };

/**
 * The state after a look. What a person has to decide stays until then: new backups into a vault that was rolled back must not hide that
 * it was. A vault that is in its place again needs none.
 */
export function nextTruth(present: VaultTruth, found: TruthFinding): VaultTruth {
  if (found.kind !== "read") return found.kind;
  if (found.facts.unknownPoints > 0) return "database-older";
  if (present === "database-older" || present === "rolled-back") return present;
  return found.isNewestMissing ? "rolled-back" : "agrees";
}

/** Whether the vault is at its place, at whatever age: nothing can be done with one that is not. */
export function isInPlace(truth: VaultTruth): truth is Exclude<VaultTruth, "foreign" | "missing"> {
  return truth !== "foreign" && truth !== "missing";
}

/** The index may name what the storage does not have: no backup uses it before every pack was compared. */
export function doubtsIndex(from: VaultTruth, to: VaultTruth): boolean {
  return from !== to && isInPlace(to);
}

export interface TrustOfVault {
  readonly truth: VaultTruth;
  readonly doubtedAt: Date | null;
}

/** Why no backup may write to a vault; null: it may. */
export function writesStopped({
  truth,
  doubtedAt,
}: TrustOfVault): "foreign" | "missing" | "comparing" | null {
  if (!isInPlace(truth)) return truth;
  return doubtedAt === null ? null : "comparing";
}

/** Whether a collection may delete: never while the database and the storage disagree. */
export function mayCollect({ truth, doubtedAt }: TrustOfVault): boolean {
  return truth === "agrees" && doubtedAt === null;
}
