/** What collection would free in a vault, for owners: the dry run. */
import { previewCollection, readVaultTotals, requireVault, spaceReasons, vaultScope } from "@kluis/db";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { vaultSpaceView } from "./view.ts";

/** @throws KluisError NOT_FOUND */
export async function readSpace(ctx: SignedInContext, ref: string): Promise<z.input<typeof vaultSpaceView>> {
  const { prisma } = ctx.api.db;
  const { id } = await requireVault(prisma, ref);
  const { reasons, kept } = await previewCollection(prisma, await vaultScope(prisma, id));
  const totals = await readVaultTotals(prisma, id);
  const found = new Map(reasons.map((one) => [one.reason, one]));
  return {
    reasons: spaceReasons.map((reason) => found.get(reason) ?? { reason, count: 0, bytes: 0 }),
    softDeleted: totals["point-soft-deleted"],
    needed: totals["pack-used"],
    kept: [...kept],
  };
}
