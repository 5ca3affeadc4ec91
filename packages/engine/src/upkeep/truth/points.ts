/** Compares the manifests in a vault's storage with the points of the database, in both directions. */
import {
  databaseNow,
  isJobKnown,
  knownPointIds,
  listPointsToCompare,
  readVaultTrust,
  type StoredPointRow,
} from "@kluis/db";
import { isKluisError, TRUTH_NAMES, type TruthFacts } from "@kluis/domain";
import { pointName } from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import { catalogFactsSchema } from "../../jobs/backup/catalog-facts.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";

type Deps = Pick<EngineDeps, "db">;

/** Points of one query. */
const PAGE = 1_000;
/** Unknown manifests that one look opens: some are enough to tell an older database from points of another program. */
const OPENED = 50;

export interface ComparedPoints {
  readonly facts: TruthFacts;
  readonly isNewestMissing: boolean;
  /** Points whose manifest is missing, and that is not recorded. */
  readonly unrecorded: readonly string[];
  /** Points whose manifest the storage lists. */
  readonly listed: ReadonlySet<string>;
}

export async function comparePoints(
  deps: Deps,
  opened: OpenedVault,
  signal: AbortSignal,
): Promise<ComparedPoints> {
  const { prisma } = deps.db;
  const before = await databaseNow(prisma);
  const listed = new Set<string>();
  for await (const { pointId } of opened.vault.listManifests(signal)) listed.add(pointId);
  const unknown = await unknownPoints(deps, { opened, listed, signal });
  const trust = await readVaultTrust(prisma, opened.id);
  const missing = await missingPoints(deps, { opened, listed, before, signal });
  const { newest } = missing;
  const acceptedAt = trust?.acceptedAt ?? null;
  const isAccepted = newest !== null && acceptedAt !== null && newest.createdAt <= acceptedAt;
  return {
    facts: {
      unknownPoints: unknown.count,
      unknown: unknown.names,
      missingPoints: missing.rows.length,
      missing: missing.rows.slice(0, TRUTH_NAMES).map(({ id }) => id),
      otherVault: null,
    },
    isNewestMissing: missing.isNewestMissing && !isAccepted,
    unrecorded: missing.rows.filter(({ isRecorded }) => !isRecorded).map(({ id }) => id),
    listed,
  };
}

interface Listed {
  readonly opened: OpenedVault;
  readonly listed: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Ids of manifests that no row of this database names. */
export async function* unknownManifests(
  deps: Deps,
  listed: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<string> {
  let portion: string[] = [];
  const unknown = async (): Promise<string[]> => {
    const known = await knownPointIds(deps.db.prisma, portion);
    const left = portion.filter((pointId) => !known.has(pointId));
    portion = [];
    return left;
  };
  for await (const pointId of listed) {
    portion.push(pointId);
    if (portion.length === PAGE) yield* await unknown();
  }
  yield* await unknown();
}

/**
 * Counts manifests that an engine wrote for a job that this database does not know. Those of other programs, and of a job whose point is
 * about to be added or whose manifest is about to be removed, do not show an older database.
 */
async function unknownPoints(
  deps: Deps,
  { opened, listed, signal }: Listed,
): Promise<{ readonly count: number; readonly names: string[] }> {
  const names: string[] = [];
  let count = 0;
  let tried = 0;
  for await (const pointId of unknownManifests(deps, listed)) {
    signal.throwIfAborted();
    // Further ones count as those before: all of them were written by engines, or the first of them says so.
    const isOurs = tried < OPENED ? await isOfEngine(deps, { opened, pointId, signal }) : count > 0;
    tried += 1;
    if (!isOurs) continue;
    count += 1;
    if (names.length < TRUTH_NAMES) names.push(pointId);
  }
  return { count, names };
}

async function isOfEngine(
  deps: Deps,
  {
    opened,
    pointId,
    signal,
  }: { readonly opened: OpenedVault; readonly pointId: string; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    const { manifest } = await opened.vault.getManifest(pointId, signal);
    return (
      catalogFactsSchema.safeParse(manifest.catalog).success &&
      !(await isJobKnown(deps.db.prisma, manifest.jobId))
    );
  } catch (error) {
    signal.throwIfAborted();
    // Junk, or a version or an epoch that this engine does not read: collection names it.
    const isJunk = [
      "VAULT_DATA_DAMAGED",
      "VAULT_OBJECT_MISSING",
      "VAULT_VERSION_UNSUPPORTED",
      "VAULT_KEY_WRONG",
    ] as const;
    if (isJunk.some((code) => isKluisError(error, code))) return false;
    throw error;
  }
}

/** Points that were added before the list was read, and whose manifest is in neither the list nor the storage. */
async function missingPoints(
  { db }: Deps,
  { opened, listed, before, signal }: Listed & { readonly before: Date },
): Promise<{
  readonly rows: readonly StoredPointRow[];
  readonly newest: StoredPointRow | null;
  readonly isNewestMissing: boolean;
}> {
  const rows: StoredPointRow[] = [];
  let newest: StoredPointRow | null = null;
  let isNewestMissing = false;
  for (let after: string | null = null; ; ) {
    signal.throwIfAborted();
    const page: StoredPointRow[] = await listPointsToCompare(db.prisma, {
      vaultId: opened.id,
      after,
      before,
      limit: PAGE,
    });
    for (const point of page) {
      const isMissing =
        !listed.has(point.id) && (point.isRecorded || (await isGone(opened, point.id, signal)));
      if (isMissing) rows.push(point);
      if (newest === null || point.createdAt > newest.createdAt) {
        newest = point;
        isNewestMissing = isMissing;
      }
    }
    if (page.length < PAGE) return { rows, newest, isNewestMissing };
    after = page.at(-1)?.id ?? null;
  }
}

/** A list may be behind the storage: the object itself decides. */
async function isGone({ store }: OpenedVault, pointId: string, signal: AbortSignal): Promise<boolean> {
  return (await store.head(pointName(pointId), signal)) === null;
}
