/** Damage of vaults: for owners. A user of a team sees that of the own points (points.damage). */
import { listDamage, requireVault, sumDamage } from "@kluis/db";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { VaultDamageInput } from "./inputs.ts";
import type { vaultDamageView } from "./view.ts";

/** @throws KluisError NOT_FOUND */
export async function readVaultDamage(
  ctx: SignedInContext,
  { vault: ref, healed, page, pageSize }: VaultDamageInput,
): Promise<z.input<typeof vaultDamageView>> {
  const { prisma } = ctx.api.db;
  const { id, name } = await requireVault(prisma, ref);
  const totals = await sumDamage(prisma, id);
  const list = await listDamage(prisma, { vaultId: id, healed }, { page, pageSize });
  return { vault: { id, name }, totals, list: { ...list, page, pageSize } };
}
