/** Damage of a vault as jobs meet it: what they avoid, and what they record. */
import {
  addWarning,
  avoidedPlaces,
  inTransaction,
  recordDamage,
  recordHealed,
  type Tx,
  type WorkJob,
} from "@kluis/db";
import { type DamageFinder, errorInfo, findingOf, type JobKind, type KluisError } from "@kluis/domain";
import type { DamageSet, HealedItem } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { vaultIdOf } from "./vault-of.ts";

/** Loads what must not be used. Two small queries while nothing is damaged. */
export function damageOf(deps: Pick<EngineDeps, "db">, vaultId: string): Promise<DamageSet> {
  return avoidedPlaces(deps.db, vaultId);
}

const finders: Readonly<Record<JobKind, DamageFinder>> = {
  backup: "backup",
  "restore-disk": "restore",
  verify: "verification",
  "delete-point": "collection",
  "copy-point": "copy",
};

/**
 * Records the damage that an error names; nothing for other errors. The caller throws the error again, so a failure to record it is
 * only logged: the next reader of the place finds it again.
 */
export async function noteDamage(
  { deps, job }: { readonly deps: Pick<EngineDeps, "db" | "log">; readonly job: WorkJob },
  error: unknown,
): Promise<void> {
  const finding = findingOf(error);
  if (finding === null || job.vaultId === null) return;
  const { id: jobId, vaultId, kind } = job;
  // Backups and copies read the map of another point: the search finds out which points need the place.
  const pointId = kind === "backup" || kind === "copy-point" ? null : job.pointId;
  try {
    const found = { vaultId, foundBy: finders[kind], findings: [finding], pointId, jobId };
    await inTransaction(deps.db, (tx) => recordDamage(tx, found));
  } catch (failure) {
    deps.log.error({ error: failure, jobId, finding }, "damage of the vault was not recorded");
  }
}

export interface MetDamage {
  /** Damaged items that the job stored again. */
  readonly healed: readonly HealedItem[];
  /** Damage that it could do without. */
  readonly unreadable: readonly KluisError[];
}

/** Records what a backup or a copy healed, and what it could not read of its base. Call it last in the transaction. */
export async function recordMet(tx: Tx, job: WorkJob, { healed, unreadable }: MetDamage): Promise<void> {
  const vaultId = vaultIdOf(job);
  const findings = unreadable.flatMap((error) => findingOf(error) ?? []);
  const [first] = unreadable;
  if (first !== undefined) await addWarning(tx, job.id, errorInfo(first));
  await recordDamage(tx, { vaultId, foundBy: finders[job.kind], findings, jobId: job.id });
  await recordHealed(tx, {
    vaultId,
    jobId: job.id,
    places: healed,
    by: job.kind === "copy-point" ? "copy" : "backup",
  });
}
