/** Compares every vault with its storage, a part of the packs after the other: daily, and at once when a look found a difference. */
import {
  countPacks,
  databaseNow,
  endComparison,
  inTransaction,
  isComparisonWanted,
  readComparison,
  readVaultTrust,
  saveComparison,
} from "@kluis/db";
import { isInPlace, noStrays, TRUTH_NAMES, vaultStraysSchema } from "@kluis/domain";
import { z } from "zod";
import type { EngineDeps } from "../../deps.ts";
import { type RecurringWork, runWork } from "../../runtime/recurring-work.ts";
import type { Again } from "../../runtime/tasks.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import { pageOfVaults } from "../used-vaults.ts";
import { lookUntilRecorded } from "./look.ts";
import { comparePacks, type PackPart, type UnknownPack } from "./packs.ts";
import { findStrays, knownObjects, strayTally, withTally } from "./strays.ts";

/** A vault with more packs is compared in parts: a part of 12 million packs then has some 47,000. */
const WHOLE = 50_000;
/** A vault that could not be compared is tried again after this time, while backups wait for it. */
const AGAIN_MS = 60_000;

/** How far a comparison is. A later one of another shape begins again. */
const progressSchema = z.object({
  /** The time of the database when it began. */
  since: z.coerce.date(),
  /** Packs in the database when it began. */
  packs: z.int().min(0),
  /** Parts that are done. */
  done: z.int().min(0),
  missing: z.int(),
  found: z.int(),
  strays: vaultStraysSchema,
});
type Progress = z.infer<typeof progressSchema>;

/** Continues the comparison, or begins one. Comes back while backups wait for it. */
export async function compareVaults(deps: EngineDeps, signal: AbortSignal): Promise<Again | null> {
  const again = await runWork(deps, comparing(deps), signal);
  if (again !== null) return again;
  return (await isComparisonWanted(deps.db.prisma)) ? { againInMs: AGAIN_MS } : null;
}

function comparing(deps: EngineDeps): RecurringWork<{ readonly id: string; readonly name: string }> {
  return {
    name: "comparison",
    page: (after) => pageOfVaults(deps.db.prisma, after),
    nameOf: ({ name }) => `vault ${name}`,
    work: ({ id }, signal) => compareVault(deps, id, signal),
  };
}

/**
 * Compares one vault. After a kill, the next run continues at the part that was not done. A vault that is not in its place is only named.
 * @throws what a storage that does not answer throws
 */
export async function compareVault(deps: EngineDeps, vaultId: string, signal: AbortSignal): Promise<void> {
  let progress = (await continued(deps, vaultId)) ?? (await begun(deps, vaultId));
  if (!isInPlace(await lookUntilRecorded(deps, vaultId, signal))) return;
  const opened = await deps.vaults.open(vaultId);
  const parts = partsOf(progress.packs);
  for (const part of parts.slice(progress.done)) {
    signal.throwIfAborted();
    progress = await comparePart(deps, { opened, part, progress, signal });
    await saveComparison(deps.db.prisma, vaultId, { ...progress, since: progress.since.toISOString() });
  }
  const now = await databaseNow(deps.db.prisma);
  const { store } = opened;
  const others = await findStrays(knownObjects(deps, vaultId), { store, now, signal });
  const { packs, nodes, bytes, names } = progress.strays;
  const strays = {
    ...others,
    packs,
    nodes,
    bytes: bytes + others.bytes,
    names: [...names, ...others.names].slice(0, TRUTH_NAMES),
  };
  const { since, missing, found } = progress;
  await inTransaction(deps.db, (tx) => endComparison(tx, { vaultId, since, strays, missing, found }));
  deps.log.info({ vault: opened.name, missing, found, strays }, "vault: compared with its storage");
}

/** A comparison under way, unless a doubt began after it. */
async function continued({ db }: EngineDeps, vaultId: string): Promise<Progress | null> {
  const parsed = progressSchema.safeParse(await readComparison(db.prisma, vaultId));
  if (!parsed.success) return null;
  const trust = await readVaultTrust(db.prisma, vaultId);
  const doubtedAt = trust?.doubtedAt ?? null;
  return doubtedAt !== null && doubtedAt > parsed.data.since ? null : parsed.data;
}

async function begun({ db }: EngineDeps, vaultId: string): Promise<Progress> {
  return {
    since: await databaseNow(db.prisma),
    // The number of parts must not change on the way.
    packs: await countPacks(db.prisma, vaultId),
    done: 0,
    missing: 0,
    found: 0,
    strays: noStrays,
  };
}

/** The parts in which so many packs are compared. */
export function partsOf(packs: number): readonly PackPart[] {
  const prefixes =
    packs <= WHOLE ? [""] : Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  return (["nodes", "chunks"] as const).flatMap((kind) => prefixes.map((prefix) => ({ kind, prefix })));
}

async function comparePart(
  deps: EngineDeps,
  {
    opened,
    part,
    progress,
    signal,
  }: {
    readonly opened: OpenedVault;
    readonly part: PackPart;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): Promise<Progress> {
  const now = await databaseNow(deps.db.prisma);
  const kind = part.kind === "nodes" ? "nodes" : "packs";
  const tally = strayTally(opened, { now, signal });
  const onUnknown = (packs: readonly UnknownPack[]): Promise<void> => tally.add(packs);
  const { missing, found } = await comparePacks(deps, { opened, part, since: now, signal, onUnknown });
  const strays = withTally(progress.strays, kind, tally);
  return {
    ...progress,
    done: progress.done + 1,
    missing: progress.missing + missing,
    found: progress.found + found,
    strays,
  };
}
