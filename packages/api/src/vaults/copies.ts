/** The second copy of a vault: what owners set, and how far it is behind. */
import { changeVault, clearAttention, enqueue, requireVault, type Tx, type VaultRow } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { vaultDisabled } from "./errors.ts";
import { mustKeepAsVault } from "./guarded.ts";
import type { VaultCopyInput } from "./inputs.ts";
import { change } from "./service.ts";
import type { vaultView } from "./view.ts";

type View = z.input<typeof vaultView>;

/**
 * Sets the second vault and its rules, or ends the copies; those that exist stay. An engine starts what is missing at once.
 * @throws KluisError INPUT_INVALID for the vault itself, CONFLICT for a disabled one, NOT_FOUND, GUARDRAIL
 */
export function setVaultCopy(ctx: SignedInContext, { vault, copy: wanted }: VaultCopyInput): Promise<View> {
  return change(ctx, vault, async (tx, row, guardrails) => {
    const copy = wanted === null ? null : { ...wanted, to: await targetOf(tx, row, wanted.to) };
    if (JSON.stringify(copy) === JSON.stringify(row.copy)) return null;
    if (copy !== null && copy.to !== row.copy?.to) await mustKeepAsVault(tx, copy.to, guardrails);
    await changeVault(tx, { id: row.id, change: { copy } }, ctx.api.clock);
    if (copy === null) await clearAttention(tx, `vault-copy:${row.id}`);
    else await enqueue(tx, "vault.copies", {});
    return { kind: "vault.changed", data: { was: { copy: row.copy }, copy } };
  });
}

async function targetOf(tx: Tx, from: VaultRow, ref: string): Promise<string> {
  const { id, name, state } = await requireVault(tx, ref);
  if (id === from.id) {
    throw new KluisError("INPUT_INVALID", {
      reason: "fields",
      message: `Vault ${name} cannot hold its own second copies.`,
      action: "Choose another vault.",
      params: { fields: "to" },
    });
  }
  if (state === "enabled") return id;
  throw vaultDisabled({ name });
}
