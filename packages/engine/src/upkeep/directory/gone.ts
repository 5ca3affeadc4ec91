/** Ends the access of accounts that the directory has disabled or does not have, unless so many are gone that it may be a mistake. */
import {
  appendEvents,
  countFollowed,
  databaseNow,
  disablePerson,
  type GonePerson,
  inTransaction,
  isStillGone,
  listGone,
  lockAccess,
} from "@kluis/db";
import { engineActor, isMassDisappearance, KluisError, limits } from "@kluis/domain";
import type { Asking } from "./store.ts";

const PAGE = 50;

/** @throws KluisError DIRECTORY_UNUSABLE when they are held back, or when no user is of the tenant that is read */
export async function endGone(asking: Asking, signal: AbortSignal): Promise<void> {
  const { db, client } = asking;
  const tenantId = client.tenantId();
  const idleSince = new Date((await databaseNow(db.prisma)).getTime() - limits.sessionIdleMs);
  const { followed, gone, elsewhere } = await countFollowed(db.prisma, { tenantId, idleSince });
  if (followed === 0 && elsewhere > 0) throw otherTenant({ host: client.host(), tenantId, users: elsewhere });
  if (isMassDisappearance({ followed, gone })) throw manyGone({ host: client.host(), followed, gone });
  let after: string | null = null;
  for (;;) {
    const page: GonePerson[] = await listGone(db.prisma, { tenantId, after, limit: PAGE });
    for (const person of page) {
      signal.throwIfAborted();
      await endOne(asking, person);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

function endOne({ db, clock }: Asking, person: GonePerson): Promise<void> {
  return inTransaction(db, async (tx) => {
    await lockAccess(tx);
    // Signed in meanwhile: the directory has the account.
    if (!(await isStillGone(tx, person.id))) return;
    const { id, name, missingHow, missingSince } = person;
    if (!(await disablePerson(tx, id, { by: "directory", now: await databaseNow(tx) }))) return;
    const data = { by: "directory", account: missingHow, since: missingSince.toISOString() };
    const target = { type: "person", id, name } as const;
    await appendEvents(tx, clock, [{ kind: "person.disabled", actor: engineActor, target, data }]);
  });
}

function manyGone(facts: {
  readonly host: string;
  readonly followed: number;
  readonly gone: number;
}): KluisError {
  const { host, followed, gone } = facts;
  return new KluisError("DIRECTORY_UNUSABLE", {
    reason: "many-gone",
    message: `${host} has disabled or does not have ${gone} of ${followed} users at once. Kluis has ended no one's access.`,
    action: "Check the directory and the tenant. If the users have really left, disable them under People.",
    params: { host, followed, gone },
    retry: "never",
  });
}

function otherTenant(facts: {
  readonly host: string;
  readonly tenantId: string;
  readonly users: number;
}): KluisError {
  const { host, tenantId, users } = facts;
  return new KluisError("DIRECTORY_UNUSABLE", {
    reason: "other-tenant",
    message: `The identity of the engine reads tenant ${tenantId}, and all ${users} users are of another tenant.`,
    action: "Set the KLUIS_ENTRA_ variables of the portal for the engines too.",
    params: { host, tenantId, users },
    retry: "never",
  });
}
