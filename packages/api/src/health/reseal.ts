/** The stored secrets after a rotation of their key. */
import { type Resealed, resealSecrets } from "@kluis/db";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";

/** @throws KluisError CONFLICT when this portal has no key */
export function reseal(ctx: SignedInContext): Promise<Resealed> {
  return record(ctx, async (tx) => {
    const result = await resealSecrets(tx, ctx.api.secrets);
    const { id } = await tx.installation.findFirstOrThrow({ select: { id: true } });
    const { resealed, unreadable } = result;
    const target = { type: "installation", id: String(id), name: "Kluis" } as const;
    const data = { resealed, unreadable: [...unreadable] };
    const event = { kind: "secrets.resealed", actor: ctx.who.actor, target, data } as const;
    return { result, events: resealed === 0 ? [] : [event] };
  });
}
