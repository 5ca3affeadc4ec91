/** Compaction of one vault in memory: the rules of the statements in db/src/packs/compaction.ts and moves.ts. */
import { type NodeCursor, type NodePage, type SparsePack } from "@kluis/db";
import { COMPACTION_SHARE } from "@kluis/domain";
import type { ChunkIndex } from "@kluis/vault";
import type { CollectPort, ListedPort } from "../../src/upkeep/collect/port.ts";
import type { CompactPort } from "../../src/upkeep/compact/port.ts";
import type { TablePort } from "../../src/upkeep/compact/tables.ts";
import { memoryPort } from "./memory-port.ts";
import { countPack, type MemoryWorld, newPack, type Pack } from "./memory-tables.ts";

/** Few, so that other actors take turns between pages. */
const PAGE = 20;

export function compactMemory(
  world: MemoryWorld,
  index: ChunkIndex,
): CompactPort & CollectPort & ListedPort & TablePort {
  const packs = (): Pack[] => [...world.tables.packs.values()];
  const numbered = (numbers: readonly number[]): Pack[] =>
    packs().filter(({ number }) => numbers.includes(number));
  const isOlder = (at: number | null, ms: number): boolean => at !== null && at <= world.now - ms;
  const rowOf = (pack: Pack): SparsePack => ({
    ...pack,
    liveBytes: Math.max(0, pack.refs === 0 ? 0 : pack.live / pack.refs),
    hasBrokenTable: false,
    vmId: null,
  });
  return {
    ...memoryPort(world),
    ...states(world, { packs, numbered, isOlder, rowOf }),
    index: () => index,
    now: () => Promise.resolve(new Date(world.now)),
    hasRefusal: () => Promise.resolve(false),
    countNodes: () => Promise.resolve(0),
    async nodes({ since, after }): Promise<NodePage> {
      await world.turn();
      const at = ({ pack, offset }: { pack: string; offset: number }): NodeCursor => ({
        pack: world.tables.packs.get(pack)?.number ?? 0,
        offset,
      });
      const isAfter = (cursor: NodeCursor): boolean =>
        after === null ||
        cursor.pack > after.pack ||
        (cursor.pack === after.pack && cursor.offset > after.offset);
      const found = [...world.tables.nodes.values()]
        .filter((node) => !node.problem && node.knownAt >= (since?.getTime() ?? 0) && isAfter(at(node)))
        .toSorted((a, b) => at(a).pack - at(b).pack || a.offset - b.offset)
        .slice(0, PAGE);
      const last = found.at(-1);
      return { nodes: found, next: last === undefined || found.length < PAGE ? null : at(last) };
    },
    async sources(numbers) {
      await world.turn();
      const found = new Set(numbered(numbers).map(({ packId }) => packId));
      for (let size = -1; size < found.size; ) {
        size = found.size;
        for (const move of world.tables.moves) {
          const [from = "", to = ""] = move.split(" ");
          if (found.has(to)) found.add(from);
        }
      }
      for (const { packId } of numbered(numbers)) found.delete(packId);
      return [...found];
    },
    async unlinked(listed) {
      await world.turn();
      return listed.filter(({ pack, tables }) => (world.tables.packs.get(pack)?.tables ?? tables) !== tables);
    },
    async link({ pack, tables, targets }) {
      await world.turn();
      const row = world.tables.packs.get(pack);
      if (row === undefined) return;
      row.tables = tables;
      link(
        world,
        targets.map((to) => ({ from: pack, to })),
      );
    },
  };
}

function link(world: MemoryWorld, moves: readonly { readonly from: string; readonly to: string }[]): void {
  for (const { from, to } of moves) {
    const move = `${from} ${to}`;
    if (from === to || world.tables.moves.has(move) || !world.tables.packs.has(from)) continue;
    if (!world.tables.packs.has(to))
      world.tables.packs.set(to, newPack(world, to, { kind: "chunks", createdAt: 0 }));
    world.tables.moves.add(move);
    countPack(world, to, { by: 1, live: 0 });
  }
}

interface Helpers {
  readonly packs: () => Pack[];
  readonly numbered: (numbers: readonly number[]) => Pack[];
  readonly isOlder: (at: number | null, ms: number) => boolean;
  readonly rowOf: (pack: Pack) => SparsePack;
}

function states(world: MemoryWorld, { packs, numbered, isOlder, rowOf }: Helpers) {
  const isUsable = (pack: Pack): boolean =>
    pack.kind === "chunks" &&
    pack.condemnedAt === null &&
    pack.deletingAt === null &&
    pack.idleSince === null &&
    pack.bytes > 0;
  const mayBeNeeded = ({ packId, createdAt }: Pack, keepUntil: Date | null): boolean =>
    keepUntil !== null &&
    (createdAt <= keepUntil.getTime() || [...world.tables.moves].some((move) => move.endsWith(` ${packId}`)));
  /** What segments need of it on average, also by the places from where its items came. */
  const liveOf = ({ packId, live, refs }: Pack): number => {
    const from = [...world.tables.moves].flatMap((move) => {
      const source = world.tables.packs.get(move.split(" ")[0] ?? "");
      return move.endsWith(` ${packId}`) && source !== undefined && source.refs > 0
        ? [source.live / source.refs]
        : [];
    });
    return from.reduce((a, b) => a + b, refs === 0 ? 0 : live / refs);
  };
  const isWaiting = (pack: Pack): boolean => pack.leavingAt !== null && pack.movedAt === null;
  return {
    async sparse({ keepUntil }) {
      await world.turn();
      return packs()
        .filter((pack) => isUsable(pack) && pack.leavingAt === null)
        .filter((pack) => !mayBeNeeded(pack, keepUntil))
        .filter(({ fullAtRefs, refs }) => fullAtRefs === null || refs * 4 <= fullAtRefs * 3)
        .map((pack) => ({ ...rowOf(pack), liveBytes: liveOf(pack) }))
        .filter(({ liveBytes, bytes }) => liveBytes * 100 < bytes * COMPACTION_SHARE);
    },
    // Nothing is damaged here.
    broken: () => Promise.resolve([]),
    moveDamagedAgain: () => Promise.resolve(),
    async dropLeaving() {
      await world.turn();
      for (const pack of packs())
        if (isWaiting(pack) && pack.goneAt === null && !isUsable(pack)) pack.leavingAt = null;
    },
    countLeaving: (keepUntil) =>
      Promise.resolve(packs().filter((pack) => isWaiting(pack) && !mayBeNeeded(pack, keepUntil)).length),
    async leave(numbers) {
      await world.turn();
      for (const pack of numbered(numbers))
        if (isUsable(pack) && pack.leavingAt === null) pack.leavingAt = world.now;
      return numbers.length;
    },
    async leaving({ forMs, keepUntil }) {
      await world.turn();
      return packs()
        .filter((pack) => isUsable(pack) && !mayBeNeeded(pack, keepUntil))
        .filter((pack) => isWaiting(pack) && isOlder(pack.leavingAt, forMs))
        .map(rowOf);
    },
    async keep(kept) {
      await world.turn();
      for (const { number, refs } of kept)
        for (const pack of numbered([number]))
          if (pack.movedAt === null) Object.assign(pack, { leavingAt: null, fullAtRefs: refs });
    },
    async record({ packs: numbers, moves, since }) {
      await world.turn();
      const done = numbered(numbers).filter((pack) => isWaiting(pack) && pack.deletingAt === null);
      if (done.length === 0) return 0;
      link(world, moves);
      for (const pack of done) {
        pack.movedAt = since.getTime();
        for (const [chunk, place] of world.tables.chunks)
          if (place.pack === pack.packId) world.tables.chunks.delete(chunk);
      }
      return done.length;
    },
    async moved({ graceMs, keepUntil }) {
      await world.turn();
      return packs().flatMap((pack) =>
        pack.movedAt !== null &&
        pack.goneAt === null &&
        pack.deletingAt === null &&
        !mayBeNeeded(pack, keepUntil) &&
        isOlder(pack.movedAt, graceMs)
          ? [{ ...rowOf(pack), movedAt: new Date(pack.movedAt) }]
          : [],
      );
    },
    async moveAgain(numbers) {
      await world.turn();
      for (const pack of numbered(numbers)) if (pack.goneAt === null) pack.movedAt = null;
    },
    async staying(ids) {
      await world.turn();
      return new Set(
        ids.filter((id) => {
          const pack = world.tables.packs.get(id);
          return pack !== undefined && pack.movedAt === null && pack.deletingAt === null;
        }),
      );
    },
    async beginRemoval(numbers) {
      await world.turn();
      const begun = numbered(numbers).filter(({ movedAt, goneAt }) => movedAt !== null && goneAt === null);
      for (const pack of begun) pack.goneAt = world.now;
      return begun.map(({ number }) => number);
    },
    async removing() {
      await world.turn();
      return packs()
        .filter(({ goneAt, deletingAt, bytes }) => goneAt !== null && deletingAt === null && bytes > 0)
        .map(rowOf);
    },
    async endRemoval(numbers) {
      await world.turn();
      for (const pack of numbered(numbers)) if (pack.goneAt !== null) Object.assign(pack, { bytes: 0 });
    },
  } satisfies Partial<CompactPort>;
}
