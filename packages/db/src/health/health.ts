import type { Tx } from "../tx.ts";

export interface PartHealthRow {
  /** `azure`, `vault` or `scheduler`. */
  readonly part: string;
  readonly ok: boolean;
  readonly code: string | null;
  readonly message: string;
  readonly checkedAt: Date;
}

export async function setPartHealth(tx: Tx, row: PartHealthRow): Promise<void> {
  const { part, ...facts } = row;
  await tx.partHealth.upsert({ where: { part }, create: row, update: facts });
}

export function listPartHealth(tx: Tx): Promise<PartHealthRow[]> {
  return tx.partHealth.findMany({ orderBy: { part: "asc" } });
}
