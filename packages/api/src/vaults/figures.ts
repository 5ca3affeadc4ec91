/** What a vault really holds, for owners. */
import { readVaultTotals, requireVault } from "@kluis/db";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { vaultFiguresView } from "./view.ts";

/** @throws KluisError NOT_FOUND */
export async function readFigures(
  ctx: SignedInContext,
  ref: string,
): Promise<z.input<typeof vaultFiguresView>> {
  const { prisma } = ctx.api.db;
  const totals = await readVaultTotals(prisma, (await requireVault(prisma, ref)).id);
  const [used, idle, condemned] = [totals["pack-used"], totals["pack-idle"], totals["pack-condemned"]];
  return {
    packs: {
      count: used.count + idle.count + condemned.count,
      bytes: used.bytes + idle.bytes + condemned.bytes,
    },
    used,
    idle,
    condemned,
    points: {
      available: totals["point-available"].count,
      damaged: totals["point-damaged"].count,
      pinned: totals["point-pinned"].count,
      softDeleted: totals["point-soft-deleted"],
      deleting: totals["point-deleting"].count,
      deleted: totals["point-deleted"].count,
    },
    contentBytes: totals.content.bytes,
  };
}
