import { z } from "zod";

/** How a user reaches the API: signed in, or by a program with a token; `agent` is a token of that kind. */
export const signInMethods = ["session", "token", "agent"] as const;
export type SignInMethod = (typeof signInMethods)[number];

/** The author of an event: a user (through a session or a token) or the engine. */
export const actorSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("person"),
    personId: z.string(),
    name: z.string(),
    via: z.enum(signInMethods),
    tokenId: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("engine"), name: z.string() }),
]);
export type Actor = z.infer<typeof actorSchema>;

export const engineActor: Actor = { kind: "engine", name: "Kluis engine" };

/** Every kind of ledger event, `noun.verb-past`. */
export const ledgerKinds = [
  "installation.created",
  "installation.claim-offered",
  "installation.claimed",
  "person.signed-in",
  "person.signed-out",
  "person.disabled",
  "person.enabled",
  "person.linked",
  "person.unlinked",
  "person.groups-changed",
  "group.changed",
  "session.revoked",
  "access.refused",
  "token.created",
  "token.revoked",
  "team.created",
  "team.renamed",
  "team.removed",
  "team.scope-added",
  "team.scope-removed",
  "role.assigned",
  "role.unassigned",
  "role.created",
  "role.changed",
  "role.removed",
  "connection.created",
  "connection.changed",
  "connection.credential-changed",
  "connection.enabled",
  "connection.disabled",
  "connection.removed",
  "connection.tested",
  "vault.created",
  "vault.changed",
  "vault.credential-changed",
  "vault.enabled",
  "vault.disabled",
  "vault.made-default",
  "secrets.resealed",
  "vault.removed",
  "vault.key-added",
  "vault.key-proven",
  "vault.key-removed",
  "vault.keys-rotated",
  "vault.keys-completed",
  "vault.key-slots-strange",
  "vault.tested",
  "vault.adopt-asked",
  "vm.discovered",
  "vm.changed",
  "vm.moved",
  "vm.deleted",
  "policy.created",
  "policy.changed",
  "guardrails.changed",
  "policy.renamed",
  "policy.retired",
  "policy.reinstated",
  "vm.protected",
  "protection.changed",
  "protection.stopped",
  "protection.lists-allowed",
  "rule.created",
  "rule.changed",
  "rule.deleted",
  "exclusion.added",
  "exclusion.ended",
  "exclusion.expired",
  "approval.requested",
  "approval.approved",
  "approval.rejected",
  "approval.withdrawn",
  "approval.expired",
  "approval.cancelled",
  "approval.failed",
  "approval.used",
  "bulk.started",
  "bulk.cancelled",
  "bulk.ended",
  "occurrence.started",
  "occurrence.missed",
  "occurrence.skipped",
  "job.created",
  "job.started",
  "job.parked",
  "job.resumed",
  "job.step-finished",
  "job.cancel-asked",
  "job.succeeded",
  "job.failed",
  "job.cancelled",
  "extension.installed",
  "guest.changed",
  "snapshot.created",
  "snapshot.removed",
  "azure-resource.removed",
  "point.created",
  "point.copied",
  "point.verified",
  "point.damaged",
  "point.healed",
  "point.soft-deleted",
  "point.undeleted",
  "point.pinned",
  "point.unpinned",
  "point.pruned",
  "point.deleted",
  "disk.downloaded",
  "disk.restored",
  "report.generated",
  "attention.raised",
  "attention.cleared",
  "vault.collected",
  "vault.damage-found",
  "vault.damage-healed",
  "vault.truth-changed",
  "vault.compared",
  "vault.adopted",
  "ledger.verified",
  "ledger.anchored",
] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

/** Every kind of object that an event can be about. */
export const ledgerTargetTypes = [
  "approval",
  "assignment-rule",
  "bulk",
  "connection",
  "disk",
  "grant",
  "group",
  "guardrails",
  "installation",
  "job",
  "ledger",
  "person",
  "point",
  "policy",
  "report",
  "restore-point",
  "restore-point-collection",
  "role",
  "snapshot",
  "team",
  "token",
  "vault",
  "vm",
] as const;
export type LedgerTargetType = (typeof ledgerTargetTypes)[number];

/** Returns the type that a stored event means; null for a type of another version. */
export function ledgerTargetType(stored: string): LedgerTargetType | null {
  // Earlier versions recorded "recovery-point" for some events about points. Events never change.
  if (stored === "recovery-point") return "point";
  return ledgerTargetTypes.find((type) => type === stored) ?? null;
}

export interface LedgerTarget {
  readonly type: LedgerTargetType;
  readonly id: string;
  readonly name: string;
}

export interface LedgerDraft {
  readonly kind: LedgerKind;
  readonly actor: Actor;
  readonly target: LedgerTarget;
  readonly vmId?: string;
  readonly teamIds?: readonly string[];
  /** JSON facts: before and after, reason, numbers. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}
