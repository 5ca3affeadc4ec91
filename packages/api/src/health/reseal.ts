/** The stored secrets after a rotation of their key. */
import { type Resealed, resealSecrets } from "@kluis/db";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";

/** @throws KluisError CONFLICT when this portal has no key */
export function reseal(ctx: SignedInContext): Promise<Resealed> {
  return record(ctx, async (tx) => {
    const result = await resealSecrets(tx, ctx.api.secrets);
    // The row is the work of the first engine, which may not have started yet.
    const installation = await tx.installation.findFirst({ select: { installationId: true } });
    const { resealed, unreadable } = result;
    const target = {
      type: "installation",
      id: installation?.installationId ?? "installation",
      name: "Kluis",
    } as const;
    const data = { resealed, unreadable: [...unreadable] };
    const event = { kind: "secrets.resealed", actor: ctx.who.actor, target, data } as const;
    return { result, events: resealed === 0 ? [] : [event] };
  });
}
