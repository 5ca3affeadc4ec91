/** Anchors: signed heads of the ledger, whose copies are in the vault. */
import type { Clock } from "@kluis/domain";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";
import type { SignedHead } from "./sign.ts";

export interface AnchorRow extends SignedHead {
  readonly id: string;
  /** Name of the copy in the vault, or null. */
  readonly vaultName: string | null;
}

const fields = {
  id: true,
  seq: true,
  digest: true,
  signedAt: true,
  keyId: true,
  signature: true,
  vaultName: true,
} as const;

/** Records an anchor. Anchors cannot be changed, so store the copy in the vault first. */
export async function recordAnchor(
  tx: Tx,
  anchor: SignedHead & { readonly vaultName: string | null },
  clock: Clock,
): Promise<void> {
  await tx.ledgerAnchor.create({ data: { ...anchor, id: newId(clock), seq: BigInt(anchor.seq) } });
}

/** All anchors, in the order of the events that they sign. */
export async function listAnchors(tx: Tx): Promise<AnchorRow[]> {
  const rows = await tx.ledgerAnchor.findMany({
    orderBy: [{ seq: "asc" }, { signedAt: "asc" }],
    select: fields,
  });
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

export async function newestAnchor(tx: Tx): Promise<AnchorRow | null> {
  const row = await tx.ledgerAnchor.findFirst({
    orderBy: [{ seq: "desc" }, { signedAt: "desc" }],
    select: fields,
  });
  return row && { ...row, seq: Number(row.seq) };
}
