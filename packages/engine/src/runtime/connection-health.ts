/**
 * The health of connections to Azure. What an identity may do in its subscriptions, discovery finds. Between two discoveries one
 * cheap request per connection asks whether Azure answers; engines share its result.
 */
import { probe } from "@kluis/azure";
import { listPartHealth, locks, type PartHealthRow, withLock } from "@kluis/db";
import { type ErrorInfo, KluisError, limits, notice } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { ListedConnection } from "./connections.ts";
import { problemOf, reportPart } from "./report-part.ts";

/** Checks the enabled connections that are due. The part `azure` is healthy when all of them are. */
export async function checkConnections(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const enabled = deps.connections.list().filter(({ row }) => row.state === "enabled");
  if (enabled.length === 0) return reportPart(deps, { ...azure, problem: problemOf(noConnection()) });
  if (!(await anyDue(deps, enabled))) return;
  // Another engine checks them: its results are everyone's.
  await withLock(deps.db, locks.connectionHealth, async (lost) => {
    const rows = await listPartHealth(deps.db.prisma);
    const bounded = AbortSignal.any([signal, lost]);
    const problems = await Promise.all(enabled.map((one) => checkOne(deps, { one, rows }, bounded)));
    await reportPart(deps, { ...azure, problem: problems.find((problem) => problem !== null) ?? null });
  });
}

const healthy = notice("azure-healthy", {});
const azure = { part: "azure", healthy } as const;

function rowOf(rows: readonly PartHealthRow[], { row }: ListedConnection): PartHealthRow | undefined {
  return rows.find(({ part }) => part === `connection:${row.id}`);
}

async function anyDue(deps: EngineDeps, enabled: readonly ListedConnection[]): Promise<boolean> {
  const rows = await listPartHealth(deps.db.prisma);
  return enabled.some((one) => isDue(one, rowOf(rows, one), deps.clock.now()));
}

/** A connection that does not work is checked more often, so that its recovery shows soon; a changed one at once. */
function isDue({ row }: ListedConnection, known: PartHealthRow | undefined, now: Date): boolean {
  if (known === undefined || row.changedAt > known.checkedAt) return true;
  const everyMs = known.ok ? limits.connectionCheckMs : limits.partCheckMs;
  // A check that began a little late must not move the next one by a whole period.
  return now.getTime() - known.checkedAt.getTime() >= everyMs - limits.partCheckMs / 3;
}

async function checkOne(
  deps: EngineDeps,
  { one, rows }: { readonly one: ListedConnection; readonly rows: readonly PartHealthRow[] },
  signal: AbortSignal,
): Promise<ErrorInfo | null> {
  const known = rowOf(rows, one);
  if (known !== undefined && !isDue(one, known, deps.clock.now())) return known.error;
  const problem = (await failureOf(one, signal)) ?? unreadable(one);
  await reportPart(deps, { part: `connection:${one.row.id}`, problem, healthy });
  return problem;
}

async function failureOf({ open }: ListedConnection, signal: AbortSignal): Promise<ErrorInfo | null> {
  try {
    const error = await probe(open(), { signal });
    return error === null ? null : problemOf(error);
  } catch (error) {
    return problemOf(error);
  }
}

/** Why the last discovery could not read one of the connection's subscriptions. */
function unreadable({ row }: ListedConnection): ErrorInfo | null {
  return row.subscriptions.find(({ readable }) => !readable)?.problem ?? null;
}

function noConnection(): KluisError {
  return new KluisError("CONNECTION_UNUSABLE", {
    reason: "no-connection",
    message: "No connection to Azure is enabled.",
    action: "Add or enable one under Settings.",
  });
}
