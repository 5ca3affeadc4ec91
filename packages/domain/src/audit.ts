import { z } from "zod";

/** The author of an event: a user (through a session or a token) or the engine. */
export const actorSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("person"),
    personId: z.string(),
    name: z.string(),
    via: z.enum(["session", "token"]),
    tokenId: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("engine"), name: z.string() }),
]);
export type Actor = z.infer<typeof actorSchema>;

export const engineActor: Actor = { kind: "engine", name: "Kluis engine" };

/** Every kind of ledger event, `noun.verb-past`. */
export const ledgerKinds = [
  "installation.created",
  "person.signed-in",
  "person.signed-out",
  "token.created",
  "token.revoked",
  "team.created",
  "role.assigned",
  "vault.created",
  "vm.discovered",
  "vm.changed",
  "vm.deleted",
  "policy.created",
  "policy.changed",
  "vm.protected",
  "protection.changed",
  "protection.stopped",
  "occurrence.started",
  "occurrence.missed",
  "occurrence.skipped",
  "job.created",
  "job.started",
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
  "point.verified",
  "point.delete-asked",
  "point.pruned",
  "point.deleted",
  "disk.downloaded",
  "disk.restored",
  "report.generated",
  "vault.collected",
  "ledger.verified",
  "ledger.anchored",
] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

export interface LedgerDraft {
  readonly kind: LedgerKind;
  readonly actor: Actor;
  readonly target: { readonly type: string; readonly id: string; readonly name: string };
  readonly vmId?: string;
  readonly teamIds?: readonly string[];
  /** JSON facts: before and after, reason, numbers. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}
