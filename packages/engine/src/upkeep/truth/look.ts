/** Looks whether the storage of a vault holds what the database knows: the vault itself, and every manifest. */
import {
  closeDamage,
  inTransaction,
  listMissingManifests,
  listPointsToOpen,
  listVaults,
  recordDamage,
  recordTruth,
} from "@kluis/db";
import {
  batchesOf,
  findingOf,
  forEachConcurrent,
  isKluisError,
  KluisError,
  type VaultTruth,
  WHOLE_OBJECT,
} from "@kluis/domain";
import { pointName } from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import { within } from "../../runtime/within.ts";
import { comparePoints } from "./points.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log" | "vaults">;

/** The start of an engine waits this long for one look. */
const START_LIMIT_MS = 60_000;
/** Missing manifests that one look records. The next look continues. */
const RECORDED = 2_000;
const AT_ONCE = 50;
/** Manifests that one look opens: the newest, and others by chance. */
const OPENED = { newest: 5, others: 5 } as const;

export interface Look {
  readonly truth: VaultTruth;
  /** Missing manifests that are left for the next look. */
  readonly left: number;
  /** Points whose manifest the storage lists. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Looks at a vault, and stores what it shows. Missing manifests are damage of their points.
 * @throws what a storage that does not answer throws, and what opening a vault throws
 */
export async function lookAtVault(deps: Deps, vaultId: string, signal: AbortSignal): Promise<Look> {
  const stored = await deps.vaults.look(vaultId, signal);
  const { identity } = deps.vaults.row(vaultId);
  if (stored === null || (identity !== null && stored !== identity)) {
    const found =
      stored === null ? ({ kind: "missing" } as const) : ({ kind: "foreign", vaultId: stored } as const);
    await inTransaction(deps.db, (tx) => recordTruth(tx, { vaultId, found }));
    return { truth: found.kind, left: 0, listed: new Set() };
  }
  const opened = await deps.vaults.open(vaultId);
  const points = await comparePoints(deps, opened, signal);
  const { facts, isNewestMissing } = points;
  const truth = await inTransaction(deps.db, (tx) =>
    recordTruth(tx, { vaultId, found: { kind: "read", facts, isNewestMissing } }),
  );
  const now = points.unrecorded.slice(0, RECORDED);
  await recordMissing(deps, vaultId, now);
  await healManifests(deps, vaultId, points.listed);
  await openSome(deps, opened, signal);
  const { listed } = points;
  return { truth: truth?.to ?? "agrees", left: points.unrecorded.length - now.length, listed };
}

/** Looks until every missing manifest is recorded. @throws what a look throws */
export async function lookUntilRecorded(
  deps: Deps,
  vaultId: string,
  signal: AbortSignal,
): Promise<VaultTruth> {
  for (;;) {
    const { truth, left } = await lookAtVault(deps, vaultId, signal);
    if (left === 0) return truth;
  }
}

async function recordMissing({ db }: Deps, vaultId: string, pointIds: readonly string[]): Promise<void> {
  for (const some of batchesOf(pointIds, AT_ONCE)) {
    const findings = some.map((pointId) => ({
      object: pointName(pointId),
      offset: WHOLE_OBJECT,
      reason: "missing" as const,
      problem: "it is missing",
    }));
    await inTransaction(db, (tx) => recordDamage(tx, { vaultId, foundBy: "comparison", findings }));
  }
}

/** Manifests that were missing and are in the storage again. */
async function healManifests({ db }: Deps, vaultId: string, listed: ReadonlySet<string>): Promise<void> {
  const back = (await listMissingManifests(db.prisma, vaultId)).filter(({ pointId }) => listed.has(pointId));
  for (const some of batchesOf(back, AT_ONCE)) {
    const ids = some.map(({ id }) => id);
    await inTransaction(db, (tx) => closeDamage(tx, { vaultId, ids, by: "comparison" }));
  }
}

/** Opens some manifests: each must be the one that the database knows. */
async function openSome(
  { db }: Deps,
  { id: vaultId, vault }: OpenedVault,
  signal: AbortSignal,
): Promise<void> {
  const points = await listPointsToOpen(db.prisma, { vaultId, ...OPENED });
  await forEachConcurrent(points, { limit: 4, signal }, async ({ id: pointId, manifestDigest }) => {
    try {
      const { digest } = await vault.getManifest(pointId, signal);
      if (digest !== manifestDigest) throw otherManifest(pointId);
    } catch (error) {
      signal.throwIfAborted();
      const finding = isKluisError(error, "VAULT_DATA_DAMAGED") ? findingOf(error) : null;
      if (finding === null) {
        // A missing one is counted above, and may have been deleted since.
        if (isKluisError(error, "VAULT_OBJECT_MISSING")) return;
        throw error;
      }
      const found = { vaultId, foundBy: "comparison", findings: [finding], pointId } as const;
      await inTransaction(db, (tx) => recordDamage(tx, found));
    }
  });
}

function otherManifest(pointId: string): KluisError {
  const object = pointName(pointId);
  const problem = "its digest is not the one that was recorded";
  return new KluisError("VAULT_DATA_DAMAGED", {
    message: `The manifest ${object} is not the one of this recovery point: ${problem}.`,
    action: "Delete the recovery point. Find out who wrote the object.",
    params: { object, problem },
  });
}

/**
 * Looks at every vault before an engine takes work. A storage that does not answer stops nothing: its vault cannot be written either, and
 * is looked at again before a collection.
 */
export async function lookAtVaults(deps: Deps, signal: AbortSignal): Promise<void> {
  const rows = (await listVaults(deps.db.prisma)).filter(({ identity }) => identity !== null);
  await deps.vaults.refresh();
  await forEachConcurrent(rows, { limit: 4, signal }, async ({ id, name }) => {
    try {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
      const { truth } = await within(bounded, lookAtVault(deps, id, bounded));
      if (truth !== "agrees") deps.log.error({ vault: name, truth }, "vault and database differ");
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn({ vault: name, error }, "a vault could not be looked at");
    }
  });
}
