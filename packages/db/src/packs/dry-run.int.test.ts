/** The dry run of collection says what the next one deletes: random states of packs, first judged and then collected. */
import { randomUUID } from "node:crypto";
import { limits } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { vaultScope } from "./accounts.ts";
import {
  beginRemoval,
  countLeaving,
  dropLeaving,
  listBrokenTables,
  listLeavingPacks,
  listMovedPacks,
  listRemovingPacks,
  listSparsePacks,
  moveDamagedAgain,
} from "./compaction.ts";
import { previewCollection } from "./preview.ts";
import { beginDeletion, listDeletingPacks, listIdlePacks, listSweepablePacks, readDoubt } from "./work.ts";

const world = freshWorld();
const graceMs = limits.packGraceMs;
const ago = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
const at = (hours: number | null): Date | null => (hours === null ? null : ago(hours));

/** The same packs in each run. */
function drawing() {
  let state = 7;
  return <T>(choices: readonly [T, ...T[]]): T => {
    state = (state * 48_271) % 2_147_483_647;
    return choices[state % choices.length] ?? choices[0];
  };
}

function drawPack(draw: ReturnType<typeof drawing>) {
  const sometimes = [null, 1, 4, 9] as const;
  return {
    createdAt: draw([5, 30]),
    idleSince: draw(sometimes),
    condemnedAt: draw(sometimes),
    isDeleting: draw([false, false, true]),
    leavingAt: draw(sometimes),
    movedAt: draw(sometimes),
    isGone: draw([false, false, true]),
    refusal: draw([null, null, null, 1, -1]),
    isOfOpenJob: draw([false, false, true]),
    sparse: draw([false, true]),
    refs: draw([1, 2, 3, 4]),
    damage: draw(["none", "none", "pack", "item", "copy"]),
  };
}
type Drawn = ReturnType<typeof drawPack>;

/** Only states that the statements of collection and compaction make. */
function rowOf(
  { vaultId, jobId }: { readonly vaultId: string; readonly jobId: string },
  n: number,
  drawn: Drawn,
) {
  const isIdle = drawn.idleSince !== null;
  const isCondemned = isIdle && drawn.condemnedAt !== null;
  const isMoved = drawn.leavingAt !== null && drawn.movedAt !== null;
  const isRefused = drawn.refusal !== null && (isCondemned || isMoved);
  const isGone = isMoved && drawn.isGone;
  return {
    vaultId,
    packId: `p${n}`,
    bytes: BigInt(1_000 + n),
    createdAt: ago(drawn.createdAt),
    idleSince: at(drawn.idleSince),
    condemnedAt: isCondemned ? at(drawn.condemnedAt) : null,
    deletingAt: isCondemned && drawn.isDeleting ? ago(1) : null,
    leavingAt: at(drawn.leavingAt),
    movedAt: isMoved ? at(drawn.movedAt) : null,
    goneAt: isGone ? ago(1) : null,
    ...(isRefused ? { refusal: {}, retryAt: ago(-(drawn.refusal ?? 0)) } : {}),
    jobId: drawn.isOfOpenJob ? jobId : null,
    sparse: drawn.sparse,
    state: drawn.damage === "pack" && !isIdle ? "damaged" : "live",
  };
}

async function makePacks(isUnreadable: boolean) {
  const { prisma } = world.db;
  const vaultId = randomUUID();
  await prisma.vault.create({ data: { id: vaultId, name: vaultId, kind: "folder" } });
  const scope = await vaultScope(prisma, vaultId);
  const jobId = randomUUID();
  const job = { id: jobId, kind: "backup", state: "running", trigger: "manual", actor: {} };
  await prisma.job.create({ data: job });
  const draw = drawing();
  const drawn = Array.from({ length: 300 }, () => drawPack(draw));
  await prisma.vaultPack.createMany({ data: drawn.map((one, n) => rowOf({ vaultId, jobId }, n, one)) });
  const rows = await prisma.vaultPack.findMany({ where: { vaultId } });
  const numberOf = new Map(rows.map(({ packId, number }) => [packId, number]));
  const number = (n: number): number => numberOf.get(`p${n}`) ?? 0;
  const used = drawn.flatMap(({ idleSince, refs }, n) => (idleSince === null ? [{ n, refs }] : []));
  await prisma.vaultUse.createMany({
    data: used.map(({ n, refs }) => ({ pack: number(n), refs, live: BigInt(100 * refs) })),
  });
  // Each moved pack has its items in a target, which is in use; some of these are damaged since.
  const targets = used.filter(({ n }) => drawn[n]?.leavingAt === null).map(({ n }) => n);
  const moved = rows.filter(({ movedAt }) => movedAt !== null);
  await prisma.vaultMove.createMany({
    data: moved.map((row, n) => ({ from: row.number, to: number(targets[n % 20] ?? 0) })),
  });
  const damaged = drawn.flatMap(({ damage }, n) =>
    damage === "item" || (damage === "copy" && targets.slice(0, 20).includes(n)) ? [n] : [],
  );
  const facts = { reason: "unreadable", problem: "it does not open", foundBy: "read" };
  for (const n of damaged) {
    await prisma.vaultDamageItem.create({ data: { vaultId, packId: `p${n}`, offset: 0 } });
    const where = { id: randomUUID(), vaultId, object: `packs/p${n}`, packId: `p${n}`, offset: 0 };
    await prisma.vaultDamage.create({ data: { ...where, ...facts, foundAt: ago(0), changedAt: ago(0) } });
  }
  if (isUnreadable) {
    const node = { pack: number(0), offset: 0, length: 1, vault: scope.number, level: 2, refs: 1 };
    const unread = { digest: Buffer.alloc(24), pointId: "p", knownAt: ago(10), problem: {} };
    await prisma.vaultNode.create({ data: { ...node, ...unread, retryAt: ago(-1) } });
  }
  return { scope, numberOf };
}

for (const isUnreadable of [false, true]) {
  test(`the dry run says what is deleted next${isUnreadable ? " beside an unreadable point" : ""}`, async () => {
    const { prisma } = world.db;
    const { scope, numberOf } = await makePacks(isUnreadable);
    const { reasons, kept } = await previewCollection(prisma, scope);
    const { keepUntil } = await readDoubt(prisma, scope);
    expect(keepUntil !== null).toBe(isUnreadable);
    const candidates = await listSparsePacks(prisma, scope, { keepUntil, limit: 1_000 });
    const idle = await listIdlePacks(prisma, scope, { before: ago(0), keepUntil, limit: 1_000 });
    // The order of the pass (engine: collect/pass.ts, compact/round.ts).
    const before = ago(graceMs / 3_600_000);
    const sweepable = await listSweepablePacks(prisma, scope, { before, limit: 1_000 });
    const numbers = sweepable.map(({ number }) => number);
    await beginDeletion(prisma, scope, { packs: numbers, before, keepUntil });
    const deleted = await listDeletingPacks(prisma, scope, 1_000);
    await moveDamagedAgain(prisma, scope);
    const moved = await listMovedPacks(prisma, scope, { graceMs, keepUntil, limit: 1_000 });
    await beginRemoval(
      prisma,
      scope,
      moved.map(({ number }) => number),
    );
    const removed = await listRemovingPacks(prisma, scope, 1_000);
    const all = new Map([...deleted, ...removed].map(({ number, bytes }) => [number, bytes]));
    const now = reasons.find(({ reason }) => reason === "now");
    expect(all.size).toBeGreaterThan(20);
    expect([now?.count, now?.bytes]).toEqual([all.size, [...all.values()].reduce((a, b) => a + b, 0)]);
    // Whatever is kept is neither deleted nor begun: not a candidate of compaction, and not about to be condemned.
    const begun = new Set([...candidates, ...idle].map(({ packId }) => packId));
    const held = kept.filter(({ reason }) => reason !== "refused").map(({ pack }) => pack);
    expect(held.length).toBeGreaterThan(5);
    expect(held.filter((pack) => begun.has(pack))).toEqual([]);
    expect(kept.filter(({ pack }) => all.has(numberOf.get(pack) ?? 0))).toEqual([]);
    const leaving = { forMs: graceMs, keepUntil, limit: 1_000 };
    await dropLeaving(prisma, scope);
    expect((await listLeavingPacks(prisma, scope, leaving)).length).toBeLessThanOrEqual(
      await countLeaving(prisma, scope, keepUntil),
    );
    expect(await listBrokenTables(prisma, scope, leaving)).toEqual([]);
    const found = new Set<string>(reasons.map(({ reason }) => reason));
    const expected = ["now", "grace", "compaction", "running", "refused", "damaged"];
    expect(
      [...expected, ...(isUnreadable ? ["unreadable-point"] : [])].filter((one) => !found.has(one)),
    ).toEqual([]);
    await prisma.vault.update({ where: { id: scope.vaultId }, data: { truth: "database-older" } });
    const differing = await previewCollection(prisma, scope);
    expect(differing.reasons.map(({ reason }) => reason)).toEqual(["differs"]);
  });
}
