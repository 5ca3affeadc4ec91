/** Whether a user may sign in, and which accounts belong to one human. */
import type { Tx } from "../tx.ts";

export type DisabledBy = "kluis" | "directory";

/** Lets the user sign in no more; returns false when that was so. Sessions and tokens end with it. */
export async function disablePerson(
  tx: Tx,
  id: string,
  change: { readonly by: DisabledBy; readonly now: Date },
): Promise<boolean> {
  const { by, now } = change;
  // What an owner has done stays an owner's, also when the directory does it too.
  const changed = await tx.person.updateMany({
    where: { id, disabledAt: null },
    data: { disabledAt: now, disabledBy: by },
  });
  await endAccess(tx, id, now);
  return changed.count === 1;
}

/** Lets the user sign in again; returns false when they could. With `by`, only what that one has disabled. */
export async function enablePerson(tx: Tx, id: string, by?: DisabledBy): Promise<boolean> {
  const changed = await tx.person.updateMany({
    where: { id, disabledAt: { not: null }, ...(by !== undefined && { disabledBy: by }) },
    data: { disabledAt: null, disabledBy: null },
  });
  return changed.count === 1;
}

/** Ends all sessions and tokens of a user; returns how many there were. */
export async function endAccess(
  tx: Tx,
  personId: string,
  now: Date,
): Promise<{ readonly sessions: number; readonly tokens: number }> {
  const open = { where: { personId, revokedAt: null }, data: { revokedAt: now } };
  return {
    sessions: (await tx.session.updateMany(open)).count,
    tokens: (await tx.apiToken.updateMany(open)).count,
  };
}

/** Makes these accounts, and those linked to them, the accounts of one human. */
export async function linkPeople(tx: Tx, ids: readonly string[], humanId: string): Promise<void> {
  const rows = await tx.person.findMany({ where: { id: { in: [...ids] } }, select: { humanId: true } });
  const known = rows.flatMap((row) => (row.humanId === null ? [] : [row.humanId]));
  await tx.person.updateMany({
    where: { OR: [{ id: { in: [...ids] } }, { humanId: { in: known } }] },
    data: { humanId },
  });
}

/** Makes the account that of another human again. A human with one account left needs no link. */
export async function unlinkPerson(tx: Tx, id: string): Promise<void> {
  const row = await tx.person.findUnique({ where: { id }, select: { humanId: true } });
  await tx.person.update({ where: { id }, data: { humanId: null }, select: { id: true } });
  if (row?.humanId === null || row === null) return;
  const left = await tx.person.count({ where: { humanId: row.humanId } });
  if (left === 1) await tx.person.updateMany({ where: { humanId: row.humanId }, data: { humanId: null } });
}
