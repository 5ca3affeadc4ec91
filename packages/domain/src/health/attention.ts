import type { ErrorInfo } from "../errors/errors.ts";
import type { Notice } from "../notices/notices.ts";

/**
 * What a person should look at, beyond the status of a VM. Each is raised when it begins and cleared when it ends; both are events
 * in the ledger.
 */
export const attentionKinds = [
  /** A resource that Kluis made in Azure cannot be removed. */
  "azure-removal",
  /** Azure's list of changed ranges was wrong for a disk. */
  "changed-ranges",
  /** The snapshots of a VM are less consistent than its policy requests, several times in a row. */
  "consistency",
  /** The transfer of a snapshot waits for an outage to end, or was given up. */
  "transfer",
  /** A backup will miss its deadline, or missed it. */
  "deadline",
  /** The clocks of engine, database and Azure differ. */
  "clock",
  /** A recurring task of the engine fails or has not run. */
  "recurring-work",
  /** Objects of a vault are missing or damaged, and recovery points may need them. */
  "vault-damage",
  /** The manifest or the map of a point in a vault cannot be read, so collection keeps what it may need. */
  "vault-account",
  /** Recovery points of a VM cannot be read in full. */
  "point-damage",
  /** Damaged recovery points of a VM can be read in full again. */
  "damage-healed",
  /** A damaged recovery point cannot be healed from its copy in another vault. */
  "point-heal",
  /** The storage of a vault does not hold what the database knows. */
  "vault-truth",
  /** The storage of a vault has objects that the database does not know. */
  "vault-objects",
  /** No key on paper opens a vault: losing its key file loses the vault. */
  "vault-recovery",
  /** The second copies of a vault are further behind than they may be. */
  "vault-copy",
  /** A key in Azure Key Vault does not open its vault. */
  "vault-key",
  /** Objects among the key slots of a vault that no change of its keys explains. */
  "vault-slots",
  /** Policies, vaults or teams do not keep to the guardrails of the platform owner. */
  "guardrail",
  /** An assignment rule cannot protect virtual machines that it matches. */
  "assignment",
  /** The exclusion of a VM from assignment rules ends soon. */
  "exclusion",
] as const;
export type AttentionKind = (typeof attentionKinds)[number];

/** Whether a kind is a problem, which makes Kluis unhealthy, or only tells or requests something while all works. */
const attentionNatures = {
  "azure-removal": "problem",
  "changed-ranges": "problem",
  consistency: "problem",
  transfer: "problem",
  deadline: "problem",
  clock: "problem",
  "recurring-work": "problem",
  "vault-damage": "problem",
  "vault-account": "problem",
  "point-damage": "problem",
  "damage-healed": "request",
  "point-heal": "problem",
  "vault-truth": "problem",
  "vault-objects": "request",
  "vault-recovery": "request",
  "vault-copy": "problem",
  "vault-key": "problem",
  "vault-slots": "problem",
  guardrail: "request",
  assignment: "request",
  exclusion: "request",
} as const satisfies Record<AttentionKind, "problem" | "request">;

/** Kinds about a vault. Their keys name it: `vault-KIND:VAULT`, or `vault-KIND:VAULT:…`. */
export const vaultAttentionKinds = attentionKinds.filter((kind) => kind.startsWith("vault-"));

/** The vault that a key is about; null: the key is about none. */
export function vaultOfAttention(key: string): string | null {
  const [kind = "", vaultId = ""] = key.split(":");
  return vaultAttentionKinds.some((one) => one === kind) && vaultId !== "" ? vaultId : null;
}

export const attentionProblems = attentionKinds.filter((kind) => attentionNatures[kind] === "problem");

/** What each kind is called in English. */
export const attentionKindTexts = {
  "azure-removal": "Left in Azure",
  "changed-ranges": "Changed ranges",
  consistency: "Consistency",
  transfer: "Transfer",
  deadline: "Deadline",
  clock: "Clock",
  "recurring-work": "Recurring work",
  "vault-damage": "Damage in a vault",
  "vault-account": "Not accounted",
  "point-damage": "Damaged recovery points",
  "damage-healed": "Damage healed",
  "point-heal": "Not healed from a copy",
  "vault-truth": "Vault and database differ",
  "vault-objects": "Unknown objects in a vault",
  "vault-recovery": "Recovery key",
  "vault-copy": "Second copies",
  "vault-key": "Key of a vault",
  "vault-slots": "Key slots of a vault",
  guardrail: "Guardrails",
  assignment: "Assignment rules",
  exclusion: "Exclusions",
} as const satisfies Record<AttentionKind, string>;

/** Something that needs attention. */
export interface Attention {
  /** Identifies it: raising a key again changes the sentence and the error only. Starts with the kind. */
  readonly key: `${AttentionKind}:${string}`;
  readonly kind: AttentionKind;
  /** The VM that it is about: who sees the VM sees it. Without one, only those who see every VM do. */
  readonly vmId?: string | null;
  /** The problem, in one sentence. */
  readonly notice: Notice;
  /** Why, with what to do. */
  readonly error?: ErrorInfo | null;
}
