/** Ledger events about bulk actions. Events of the VMs name the bulk action in their data. */
import type { Actor, LedgerDraft, LedgerKind } from "../ledger/audit.ts";
import { type BulkKind, bulkKindTexts } from "./bulk.ts";

interface AboutBulk {
  readonly id: string;
  readonly kind: BulkKind;
  /** Teams that reached its VMs at the start. */
  readonly teamIds: readonly string[];
}

/** An event about a bulk action. */
export function bulkEvent(
  kind: Extract<LedgerKind, `bulk.${string}`>,
  bulk: AboutBulk,
  { actor, data }: { readonly actor: Actor; readonly data: Readonly<Record<string, unknown>> },
): LedgerDraft {
  return {
    kind,
    actor,
    target: { type: "bulk", id: bulk.id, name: bulkKindTexts[bulk.kind] },
    teamIds: bulk.teamIds,
    data: { kind: bulk.kind, ...data },
  };
}
