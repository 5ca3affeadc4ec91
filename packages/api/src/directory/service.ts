/** The directory: when it was read, what failed, and its groups by name. */
import { countAssignedGroups, countFollowed, enqueue, inTransaction, readRecurringWork } from "@kluis/db";
import { graphPermissions, taskPriority, workRules } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { sessionTimes } from "../people/service.ts";
import type { directoryGroupsView, directoryReadView, directoryView } from "./view.ts";

const minute = 60_000;
/** The client has its own, shorter limit. */
const mostMs = 15_000;

export async function describeDirectory(ctx: SignedInContext): Promise<z.input<typeof directoryView>> {
  const { directory, db } = ctx.api;
  const { client } = directory;
  const { host, tenantId } = whom(client);
  const { idleSince } = sessionTimes(ctx);
  const [work, people, groups] = await Promise.all([
    readRecurringWork(db.prisma, "directory"),
    countFollowed(db.prisma, { tenantId: tenantId ?? "", idleSince }),
    countAssignedGroups(db.prisma),
  ]);
  return {
    isOn: client !== null,
    host,
    tenantId,
    permissions: [...graphPermissions],
    everyMinutes: workRules.directory.everyMs / minute,
    groupRightsHours: Math.round(directory.groupRightsMs / (60 * minute)),
    lastSuccessAt: work?.lastSuccessAt ?? null,
    lastEndedAt: work?.lastEndedAt ?? null,
    startedAt: work?.startedAt ?? null,
    people,
    groups: { held: groups.groups, deleted: groups.deleted },
    problem: problemOf(work),
  };
}

/** Wrong settings of this process are shown as unknown: the sign-in says what is wrong. */
function whom(client: SignedInContext["api"]["directory"]["client"]): {
  readonly host: string | null;
  readonly tenantId: string | null;
} {
  try {
    return { host: client?.host() ?? null, tenantId: client?.tenantId() ?? null };
  } catch {
    return { host: null, tenantId: null };
  }
}

function problemOf(
  work: Awaited<ReturnType<typeof readRecurringWork>>,
): z.input<typeof directoryView>["problem"] {
  if (work === null) return null;
  if (work.failed > 0 && work.error !== null)
    return { items: work.failed, first: work.errorItem, error: work.error };
  if (work.lastFailed > 0 && work.lastError !== null)
    return { items: work.lastFailed, first: work.lastErrorItem, error: work.lastError };
  return null;
}

/** Reads the directory now; a reading that is under way continues, and another one follows it. */
export async function readDirectoryNow(ctx: SignedInContext): Promise<z.input<typeof directoryReadView>> {
  if (ctx.api.directory.client === null) return { started: false };
  const options = { priority: taskPriority("directory.read") };
  await inTransaction(ctx.api.db, (tx) => enqueue(tx, "directory.read", {}, options));
  return { started: true };
}

/** Groups of the directory whose name begins with a text. @throws KluisError DIRECTORY_UNUSABLE */
export async function searchGroups(
  ctx: SignedInContext,
  search: string,
): Promise<z.input<typeof directoryGroupsView>> {
  const { client } = ctx.api.directory;
  if (client === null) return { isOn: false, groups: [] };
  const found = await client.searchGroups(search, AbortSignal.timeout(mostMs));
  const groups = found.map(({ id, name }) => ({ id, name }));
  return { isOn: true, groups: groups.toSorted((a, b) => a.name.localeCompare(b.name)) };
}
