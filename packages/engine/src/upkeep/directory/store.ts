/** Asks about one user, or about some groups, and stores what changed with its event. */
import type { DirectoryClient } from "@kluis/azure/directory";
import {
  type AssignedGroup,
  appendEvents,
  type Db,
  databaseNow,
  type FollowedPerson,
  groupNames,
  inTransaction,
  markMissing,
  storeGroup,
  storeGroups,
} from "@kluis/db";
import { type Clock, engineActor, groupsChangedEvent, KluisError, type LedgerDraft } from "@kluis/domain";

export interface Asking {
  readonly db: Db;
  readonly clock: Clock;
  readonly client: DirectoryClient;
  readonly groupRightsMs: number;
}

/** @throws KluisError DIRECTORY_UNUSABLE; nothing changed then */
export async function readPerson(asking: Asking, person: FollowedPerson, signal: AbortSignal): Promise<void> {
  const { db, clock, client, groupRightsMs } = asking;
  // Before the question: a sign-in meanwhile has newer facts.
  const at = await databaseNow(db.prisma);
  const state = await client.account(person.objectId, signal);
  if (state === "deleted" || state === "disabled")
    return markMissing(db.prisma, person.id, { how: state, at });
  const groupIds = await client.groupsOf(person.objectId, signal);
  // Removed between the two questions.
  if (groupIds === null) return markMissing(db.prisma, person.id, { how: "deleted", at });
  const until = new Date(at.getTime() + groupRightsMs);
  await inTransaction(db, async (tx) => {
    const changed = await storeGroups(tx, person.id, { groupIds, at, until });
    if (changed === null) return;
    const names = await groupNames(tx, [...groupIds, ...changed.before]);
    const target = { type: "person", id: person.id, name: person.name } as const;
    const event = groupsChangedEvent({ before: changed.before, after: groupIds, names });
    await appendEvents(tx, clock, [{ ...event, actor: engineActor, target }]);
  });
  if (state === "unknown") throw cannotSeeAccounts(client.host());
}

function cannotSeeAccounts(host: string): KluisError {
  const azureMessage = "It does not say whether the account is enabled.";
  return new KluisError("DIRECTORY_UNUSABLE", {
    reason: "forbidden",
    message: `${host} does not answer Kluis (forbidden): ${azureMessage}`,
    action:
      "Grant the identity the application permission User.Read.All of Microsoft Graph, with admin consent.",
    params: { host, azureMessage, azureCode: null, status: null },
  });
}

/** Stores the names of groups, and which of them are gone. */
export async function readGroups(
  { db, clock, client }: Asking,
  groups: readonly AssignedGroup[],
  signal: AbortSignal,
): Promise<void> {
  const at = await databaseNow(db.prisma);
  const ids = groups.map(({ id }) => id);
  const found = new Map(
    [...(await client.groupNames(ids, signal))].map(([id, name]) => [id.toLowerCase(), name]),
  );
  await inTransaction(db, async (tx) => {
    const events: LedgerDraft[] = [];
    for (const group of groups) {
      const name = found.get(group.id.toLowerCase()) ?? null;
      const changed = await storeGroup(tx, group, { name, at });
      if (changed === null) continue;
      const data = { name: changed.name, before: group.name, isDeleted: changed.isDeleted };
      const target = { type: "group", id: group.id, name: changed.name } as const;
      events.push({ kind: "group.changed", actor: engineActor, target, data });
    }
    await appendEvents(tx, clock, events);
  });
}
