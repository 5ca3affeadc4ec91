import { type Clock, engineActor } from "@kluis/domain";
import type { Db } from "../client.ts";
import { newId } from "../ids.ts";
import { appendEvents } from "../ledger/append.ts";
import { inTransaction } from "../tx.ts";

/** Returns the id of the installation, created by the first call. Everything that Kluis creates in Azure has it as a tag. */
export function ensureInstallation(db: Db, clock: Clock): Promise<string> {
  return inTransaction(db, async (tx) => {
    const made = await tx.installation.createMany({
      data: [{ id: 1, installationId: newId(clock), createdAt: clock.now() }],
      skipDuplicates: true,
    });
    const { installationId } = await tx.installation.findUniqueOrThrow({
      where: { id: 1 },
      select: { installationId: true },
    });
    if (made.count === 1) {
      await appendEvents(tx, clock, [
        {
          kind: "installation.created",
          actor: engineActor,
          target: { type: "installation", id: installationId, name: "Kluis" },
        },
      ]);
    }
    return installationId;
  });
}
