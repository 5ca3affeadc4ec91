/** The accounts of one vault in memory: the rules of the statements in db/src/packs, for a model that makes thousands of steps. */
import type { RootNode } from "@kluis/db";
import { placeKey } from "@kluis/domain";
import type { AccountPort, CollectPort, KeptOut, ListedPort } from "../../src/upkeep/collect/port.ts";
import { countNode, countPack, countUse, type MemoryWorld, type Pack } from "./memory-tables.ts";

export function memoryPort(world: MemoryWorld): AccountPort & CollectPort & ListedPort {
  return { ...accountPort(world), ...collectPort(world), ...listedPort(world) };
}

function accountPort(world: MemoryWorld): AccountPort {
  const all = <T>(map: Map<string, T>): [string, T][] => [...map];
  const inState = (state: string): string[] =>
    all(world.tables.accounts).flatMap(([id, point]) => (point.state === state ? [id] : []));
  return {
    async newPoints(limit) {
      await world.turn();
      return inState("waiting")
        .slice(0, limit)
        .map((pointId) => ({
          pointId,
          roots: world.tables.accounts.get(pointId)?.roots.map(({ ref }) => ref) ?? [],
        }));
    },
    async deletedPoints(limit) {
      await world.turn();
      return inState("leaving").slice(0, limit);
    },
    async addAccount(point) {
      await world.turn();
      if (world.tables.accounts.get(point.pointId)?.state !== "waiting") return false;
      return addAccount(world, { ...point, state: "accounted" });
    },
    async removeAccount(pointId) {
      await world.turn();
      return removeAccount(world, pointId);
    },
    async unwalked(limit) {
      await world.turn();
      return [...world.tables.nodes.values()]
        .filter(({ walked, refs, retryAt }) => !walked && refs > 0 && retryAt <= world.now)
        .slice(0, limit);
    },
    async unneeded(limit) {
      await world.turn();
      for (const [key, { walked, refs }] of world.tables.nodes)
        if (!walked && refs === 0) world.tables.nodes.delete(key);
      return [...world.tables.nodes.values()]
        .filter(({ walked, refs, retryAt }) => walked && refs === 0 && retryAt <= world.now)
        .slice(0, limit);
    },
    async countWalked(uses) {
      await world.turn();
      for (const use of uses) {
        const node = world.tables.nodes.get(placeKey(use.node));
        if (node === undefined || node.walked || node.refs <= 0) continue;
        Object.assign(node, { walked: true, problem: false, retryAt: 0 });
        countUse(use, world, 1);
      }
      return uses.length;
    },
    async countDropped(uses) {
      await world.turn();
      for (const use of uses) {
        const node = world.tables.nodes.get(placeKey(use.node));
        if (node === undefined || !node.walked || node.refs !== 0) continue;
        world.tables.nodes.delete(placeKey(use.node));
        countUse(use, world, -1);
      }
      return uses.length;
    },
    async damaged() {
      await world.turn();
    },
    async setNodeProblem({ node, retryMs }) {
      await world.turn();
      const known = world.tables.nodes.get(placeKey(node));
      if (known !== undefined) Object.assign(known, { problem: true, retryAt: world.now + retryMs });
    },
  };
}

function addAccount(
  world: MemoryWorld,
  { pointId, roots, state }: { pointId: string; roots: readonly RootNode[]; state: string },
): boolean {
  const known = world.tables.accounts.get(pointId)?.state;
  if (known === "accounted" || known === "foreign" || known === "leaving") return false;
  world.tables.accounts.set(pointId, { state, roots: [...roots], retryAt: 0 });
  for (const root of roots) countNode(world, { ...root, pointId }, 1);
  return true;
}

function removeAccount(world: MemoryWorld, pointId: string): boolean {
  const known = world.tables.accounts.get(pointId);
  if (known === undefined || !["accounted", "foreign", "leaving"].includes(known.state)) return false;
  world.tables.accounts.delete(pointId);
  for (const root of known.roots) countNode(world, { ...root, pointId }, -1);
  return true;
}

function collectPort(world: MemoryWorld): CollectPort {
  const packs = (): Pack[] => [...world.tables.packs.values()];
  const numbered = (numbers: readonly number[]): Pack[] =>
    packs().filter(({ number }) => numbers.includes(number));
  const isBefore = (at: number | null, before: Date): boolean => at !== null && at <= before.getTime();
  return {
    now: () => Promise.resolve(new Date(world.now)),
    async doubt() {
      await world.turn();
      const open = [...world.tables.nodes.values()].filter(({ walked, refs }) => !walked && refs > 0);
      const failed = open.filter(({ problem }) => problem);
      const until = failed.length === 0 ? null : new Date(Math.max(...failed.map(({ knownAt }) => knownAt)));
      const first = failed[0]?.pointId ?? null;
      const counts = { open: open.length - failed.length, unreadable: failed.length };
      return { ...counts, keepUntil: until, pointId: first, problem: null };
    },
    async *heldNodes() {
      const ids = [...world.tables.jobs.keys()];
      for (const id of ids) {
        await world.turn();
        const job = world.tables.jobs.get(id);
        if (job?.state === "open") yield* job.held.slice();
      }
    },
    async countedOf(nodes) {
      await world.turn();
      return new Set(
        nodes.map(placeKey).filter((key) => {
          const node = world.tables.nodes.get(key);
          return node !== undefined && node.walked && node.refs > 0;
        }),
      );
    },
    async idle({ before, keepUntil, limit }) {
      await world.turn();
      return packs()
        .filter(
          ({ idleSince, condemnedAt, createdAt }) =>
            condemnedAt === null && isBefore(idleSince, before) && createdAt > (keepUntil?.getTime() ?? -1),
        )
        .slice(0, limit);
    },
    async condemn({ packs: numbers, before }) {
      await world.turn();
      for (const pack of numbered(numbers))
        if (pack.condemnedAt === null && isBefore(pack.idleSince, before)) pack.condemnedAt = world.now;
      return numbers.length;
    },
    async reprieve(numbers) {
      await world.turn();
      for (const pack of numbered(numbers))
        if (pack.deletingAt === null && pack.condemnedAt !== null)
          Object.assign(pack, { condemnedAt: null, idleSince: world.now });
      return numbers.length;
    },
    async sweepable({ before, limit }) {
      await world.turn();
      return packs()
        .filter(({ condemnedAt, deletingAt }) => deletingAt === null && isBefore(condemnedAt, before))
        .slice(0, limit);
    },
    async beginDeletion({ packs: numbers, before, keepUntil }) {
      await world.turn();
      for (const pack of numbered(numbers)) {
        if (pack.deletingAt !== null || pack.idleSince === null || !isBefore(pack.condemnedAt, before))
          continue;
        if (pack.createdAt <= (keepUntil?.getTime() ?? -1)) continue;
        pack.deletingAt = world.now;
        for (const [chunk, place] of world.tables.chunks)
          if (place.pack === pack.packId) world.tables.chunks.delete(chunk);
      }
      return numbers.length;
    },
    async deleting(limit) {
      await world.turn();
      return packs()
        .filter(({ deletingAt, retryAt }) => deletingAt !== null && retryAt <= world.now)
        .slice(0, limit);
    },
    async forget(numbers) {
      await world.turn();
      for (const { packId } of numbered(numbers)) {
        for (const move of world.tables.moves) {
          const [from, to = ""] = move.split(" ");
          if (from !== packId) continue;
          world.tables.moves.delete(move);
          if (world.tables.packs.has(to)) countPack(world, to, { by: -1, live: 0 });
        }
        world.tables.packs.delete(packId);
      }
    },
    async refused({ number, retryMs }) {
      await world.turn();
      for (const pack of numbered([number])) pack.retryAt = world.now + retryMs;
    },
  };
}

function listedPort(world: MemoryWorld): ListedPort {
  const odd = (state: string): boolean => state === "unreadable" || state === "replayed";
  return {
    async keptOut() {
      await world.turn();
      return [...world.tables.accounts].flatMap(([pointId, { state }]): KeptOut[] =>
        odd(state) ? [{ pointId, state, problem: null }] : [],
      );
    },
    async foreign() {
      await world.turn();
      return [...world.tables.accounts].flatMap(([id, { state }]) => (state === "foreign" ? [id] : []));
    },
    async known(pointIds) {
      await world.turn();
      return pointIds.map((pointId) => {
        const account = world.tables.accounts.get(pointId);
        const pointState = world.tables.points.get(pointId)?.state ?? null;
        const isDue = (account?.retryAt ?? 0) <= world.now;
        return { pointId, state: account?.state ?? null, isDue, pointState };
      });
    },
    async rootsOf(pointId) {
      await world.turn();
      return world.tables.points.get(pointId)?.roots ?? [];
    },
    async addFound({ pointId, roots, state }) {
      await world.turn();
      if (world.tables.points.get(pointId)?.state === "deleted") return false;
      return addAccount(world, { pointId, roots, state });
    },
    async removeAccount(pointId) {
      await world.turn();
      return removeAccount(world, pointId);
    },
    async keepOut({ pointId, state, retryMs }) {
      await world.turn();
      const known = world.tables.accounts.get(pointId)?.state;
      if (known === undefined || odd(known))
        world.tables.accounts.set(pointId, { state, roots: [], retryAt: world.now + retryMs });
    },
    async forgetKeptOut(pointIds) {
      await world.turn();
      for (const id of pointIds)
        if (odd(world.tables.accounts.get(id)?.state ?? "")) world.tables.accounts.delete(id);
    },
    async isJobOpen(jobId) {
      await world.turn();
      return world.tables.jobs.get(jobId)?.state === "open";
    },
    async damaged() {
      await world.turn();
    },
    async removeOrphan({ pointId, jobId }) {
      await world.turn();
      if (world.tables.jobs.get(jobId)?.state !== "failed") return false;
      world.orphans.add(pointId);
      return true;
    },
  };
}
