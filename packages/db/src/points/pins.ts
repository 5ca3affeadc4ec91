/** Pins: legal holds of recovery points. */
import { type Actor, heldPointStates } from "@kluis/domain";
import { toJson } from "../json.ts";
import { judgeAgain } from "../protections/schedule.ts";
import type { Tx } from "../tx.ts";

/** Pins a point at the time of the database. False when it is pinned or not offered any more. */
export async function pinPoint(
  tx: Tx,
  pin: { readonly pointId: string; readonly vmId: string; readonly actor: Actor; readonly reason: string },
): Promise<boolean> {
  await judgeAgain(tx, pin.vmId);
  const count = await tx.$executeRaw`
    UPDATE "RecoveryPoint" SET "pinnedAt" = kluis_now(), "pinnedBy" = ${JSON.stringify(toJson(pin.actor))}::jsonb,
      "pinReason" = ${pin.reason}
    WHERE id = ${pin.pointId}::uuid AND "pinnedAt" IS NULL AND state = ANY(${[...heldPointStates]}::text[])`;
  return count === 1;
}

/** Ends the hold of a pinned point. False when it is not pinned. */
export async function unpinPoint(
  tx: Tx,
  { pointId, vmId }: { readonly pointId: string; readonly vmId: string },
): Promise<boolean> {
  await judgeAgain(tx, vmId);
  const count = await tx.$executeRaw`
    UPDATE "RecoveryPoint" SET "pinnedAt" = NULL, "pinnedBy" = NULL, "pinReason" = NULL
    WHERE id = ${pointId}::uuid AND "pinnedAt" IS NOT NULL`;
  return count === 1;
}
