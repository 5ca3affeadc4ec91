/** The second copy of a vault as owners see it. */
import { readCopyLag, type Tx, type VaultRow } from "@kluis/db";
import type { z } from "zod";
import type { vaultView } from "./view.ts";

/** @param rows all vaults that a copy may name */
export async function copyView(
  tx: Tx,
  { id, copy }: Pick<VaultRow, "id" | "copy">,
  rows: readonly Pick<VaultRow, "id" | "name">[],
): Promise<z.input<typeof vaultView>["copy"]> {
  if (copy === null) return null;
  const { to, ...rules } = copy;
  const name = rows.find((row) => row.id === to)?.name ?? to;
  return { to: { id: to, name }, ...rules, lag: await readCopyLag(tx, { from: id, to }) };
}
