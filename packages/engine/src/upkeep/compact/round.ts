/**
 * One step of compaction of a vault, in a pass of its collection. Packs leave deduplication, are copied after the grace period, and
 * lose their objects after another one (db/src/packs/compaction.ts has the states). Every step can be killed, repeated, or done twice
 * at once.
 */
import type { SparsePack } from "@kluis/db";
import { chooseCompaction, type DamageFinding, findingOf, isWorthCompacting, limits } from "@kluis/domain";
import type { LiveItem } from "@kluis/vault";
import { liveBytes } from "./live-bytes.ts";
import { type Removed, removeMoved } from "./remove.ts";
import { type CompactParts, neededOf } from "./walk.ts";

export interface CompactionResult extends Removed {
  /** Packs that deduplication skips from now on. */
  readonly leaving: number;
  /** Packs whose content was copied, those that keep it, and the bytes of the new packs. */
  readonly compacted: number;
  readonly kept: number;
  readonly storedBytes: number;
  /** Bytes that another pack has too, and that were not copied. */
  readonly releasedBytes: number;
}

/** Candidates of one round. */
const MOST_CANDIDATES = 5_000;
/** Packs that are copied together: their items share new packs. */
const TOGETHER = 16;

export async function compactPass(parts: CompactParts): Promise<CompactionResult> {
  // Before objects are deleted: the only good copy may be among them.
  await parts.port.moveDamagedAgain();
  const removed = await removeMoved(parts);
  const copied = await copyLeaving(parts);
  return { ...removed, ...copied, leaving: await beginRound(parts) };
}

/** Chooses packs, when a round is worth reading all maps and no other round runs. */
async function beginRound({ port }: CompactParts): Promise<number> {
  // An immutable object stays: its copy would only cost.
  const { keepUntil } = await port.doubt();
  if ((await port.countLeaving(keepUntil)) > 0 || (await port.hasRefusal())) return 0;
  const broken = await port.broken({ keepUntil, limit: limits.compactionPacks });
  if (broken.length > 0) return port.leave(firstOf(broken).map(({ number }) => number));
  const candidates = await port.sparse({ keepUntil, limit: MOST_CANDIDATES });
  if (candidates.length === 0) return 0;
  const nodes = await port.countNodes();
  const budget = { copiedBytes: limits.compactionBytes, packs: limits.compactionPacks, nodes };
  const chosen = chooseCompaction(candidates, budget);
  return chosen.length === 0 ? 0 : port.leave(chosen.map(({ number }) => number));
}

async function copyLeaving(parts: CompactParts) {
  const { port, graceMs } = parts;
  const sum = { compacted: 0, kept: 0, storedBytes: 0, releasedBytes: 0 };
  const { keepUntil } = await port.doubt();
  await port.dropLeaving();
  const leaving = await port.leaving({ forMs: graceMs, keepUntil, limit: limits.compactionPacks });
  if (leaving.length === 0) return sum;
  const since = await port.now();
  const sources = await port.sources(leaving.map(({ number }) => number));
  const needed = await neededOf(parts, new Set([...leaving.map(({ packId }) => packId), ...sources]), null);
  // A node that could not be read since then may need more of them: they wait.
  if (!needed.isKnown || needed.keepUntil?.getTime() !== keepUntil?.getTime()) return sum;
  const live = await liveBytes(parts, needed.items, new Set(leaving.map(({ packId }) => packId)));
  const isWorth = ({ packId, bytes, hasBrokenTable }: SparsePack): boolean =>
    hasBrokenTable || isWorthCompacting({ bytes, liveBytes: live.get(packId) ?? 0 });
  const full = leaving.filter((pack) => !isWorth(pack));
  if (full.length > 0) await port.keep(full);
  sum.kept += full.length;
  for (const packs of groupsOf(leaving.filter(isWorth))) {
    parts.signal.throwIfAborted();
    const done = await copyGroup(parts, packs, { items: needed.items, since });
    sum.compacted += done.compacted;
    sum.kept += done.kept;
    sum.storedBytes += done.storedBytes;
    sum.releasedBytes += done.releasedBytes;
  }
  return sum;
}

interface Found {
  readonly items: readonly LiveItem[];
  readonly since: Date;
}

async function copyGroup({ port, vault, signal }: CompactParts, packs: readonly SparsePack[], found: Found) {
  const [first] = packs;
  if (first === undefined) throw new RangeError("A group without packs.");
  const { kind, vmId } = first;
  const result = await vault.compact({
    packs: packs.map(({ packId }) => packId),
    kind,
    items: found.items,
    index: port.index(vmId),
    signal,
  });
  const failed = new Set(result.failed.map(({ pack }) => pack));
  const done = packs.filter(({ packId }) => !failed.has(packId));
  const moves = result.moved.map(({ pack, place }) => ({ from: pack, to: place.pack }));
  const compacted = await port.record({
    packs: done.map(({ number }) => number),
    moves: distinct(moves),
    since: found.since,
  });
  const kept = packs.filter(({ packId }) => failed.has(packId));
  if (kept.length > 0) await port.keep(kept);
  const findings: DamageFinding[] = result.failed.flatMap(({ error }) => findingOf(error) ?? []);
  if (findings.length > 0) await port.damaged(findings, null);
  const { storedBytes, releasedBytes } = result;
  return { compacted, kept: kept.length, storedBytes, releasedBytes };
}

function distinct<T extends { readonly from: string; readonly to: string }>(moves: readonly T[]): T[] {
  return [...new Map(moves.map((move) => [`${move.from} ${move.to}`, move])).values()];
}

/** As many as one round copies, one at least. */
function firstOf(packs: readonly SparsePack[]): readonly SparsePack[] {
  let bytes = 0;
  return packs.filter((pack, n) => {
    bytes += pack.bytes;
    return n === 0 || bytes <= limits.compactionBytes;
  });
}

/** Packs of one kind and one VM: a pack has content of one VM, because figures of others count it as new. */
function groupsOf(packs: readonly SparsePack[]): SparsePack[][] {
  const groups = new Map<string, SparsePack[][]>();
  for (const pack of packs) {
    const key = `${pack.kind} ${pack.vmId ?? ""}`;
    const parts = groups.get(key) ?? [[]];
    groups.set(key, parts);
    if ((parts.at(-1)?.length ?? 0) >= TOGETHER) parts.push([]);
    parts.at(-1)?.push(pack);
  }
  return [...groups.values()].flat();
}
