import { randomUUID } from "node:crypto";
import { limits, taskCatalog } from "@kluis/domain";
import { expect, test } from "vitest";
import { addVm, freshWorld, person } from "../../test/fixtures.ts";
import { createJob } from "../jobs/write.ts";
import { inTransaction } from "../tx.ts";
import { chunkIndex } from "./chunk-index.ts";
import { condemnPacks, listSweepablePacks, reprievePacks, vaultFigures } from "./work.ts";

const world = freshWorld();

test("the chunk index keeps the first place of a chunk; condemned packs are skipped and replaced", async () => {
  const { db } = world;
  const vaultId = randomUUID();
  const index = chunkIndex(db, { vaultId });
  const id = (text: string): string => text.repeat(48 / text.length);
  const entry = (chunk: string, offset: number) => ({ id: chunk, offset, length: 10, plainLength: 20 });
  await index.add({ pack: "p1", bytes: 100 }, [entry(id("a"), 0), entry(id("b"), 10)]);
  await index.add({ pack: "p1", bytes: 100 }, [entry(id("a"), 0), entry(id("b"), 10)]);
  await index.add({ pack: "p2", bytes: 100 }, [entry(id("b"), 70), entry(id("c"), 80)]);
  expect(await index.lookup([id("a"), id("b"), id("c"), id("d")])).toEqual(
    new Map([
      [id("a"), { pack: "p1", offset: 0, length: 10 }],
      [id("b"), { pack: "p1", offset: 10, length: 10 }],
      [id("c"), { pack: "p2", offset: 80, length: 10 }],
    ]),
  );
  await condemnPacks(
    db.prisma,
    {
      vaultId,
      packs: [
        { packId: "p1", bytes: 100 },
        { packId: "orphan", bytes: 7 },
      ],
    },
    world.clock.now(),
  );
  expect([...(await index.lookup([id("a"), id("b"), id("c")])).keys()]).toEqual([id("c")]);
  await index.add({ pack: "p3", bytes: 100 }, [entry(id("b"), 5)]);
  expect((await index.lookup([id("b")])).get(id("b"))?.pack).toBe("p3");
  expect(await vaultFigures(db.prisma, vaultId)).toEqual({
    packs: 4,
    bytes: 307,
    condemnedBytes: 107,
    chunks: 3,
  });
  await reprievePacks(db.prisma, vaultId, ["p1"]);
  expect([...(await index.lookup([id("a")])).keys()]).toEqual([id("a")]);
  await index.removePacks(["p1"]);
  expect([...(await index.lookup([id("a"), id("b")])).keys()]).toEqual([id("b")]);
  expect(await chunkIndex(db, { vaultId: randomUUID() }).lookup([id("c")])).toEqual(new Map());
});

test("writers of the same chunks in different orders do not deadlock", async () => {
  const { db } = world;
  const index = chunkIndex(db, { vaultId: randomUUID() });
  const ids = Array.from({ length: 300 }, (_, number) => number.toString(16).padStart(48, "0"));
  const entries = ids.map((id, number) => ({ id, offset: number, length: 1, plainLength: 1 }));
  await Promise.all(
    Array.from({ length: 6 }, (_, writer) =>
      index.add({ pack: `p${writer}`, bytes: 1 }, writer % 2 ? entries : entries.toReversed()),
    ),
  );
  expect((await index.lookup(ids)).size).toBe(300);
});

test("a condemned pack can be swept after the grace period, also while a job is open", async () => {
  const { db } = world;
  const vaultId = randomUUID();
  const vmId = await addVm(db, world.clock);
  await inTransaction(db, (tx) =>
    createJob(tx, { kind: "backup", vmId, trigger: "manual", actor: person }, world.clock),
  );
  const condemnedAt = world.clock.now();
  await condemnPacks(db.prisma, { vaultId, packs: [{ packId: "p", bytes: 1 }] }, condemnedAt);
  const sweepable = async (before: Date): Promise<string[]> =>
    (await listSweepablePacks(db.prisma, vaultId, { before, limit: 10 })).map((pack) => pack.packId);
  expect(await sweepable(condemnedAt)).toEqual([]);
  expect(await sweepable(new Date(condemnedAt.getTime() + 1))).toEqual(["p"]);
});

test("a condemned pack is kept for longer than a segment may take that began to use it", () => {
  expect(limits.packGraceMs).toBeGreaterThan(limits.segmentLongestMs);
  const taskMs = taskCatalog["backup.segment"].timeoutMinutes * 60_000;
  expect(limits.segmentLongestMs).toBeGreaterThan(taskMs);
  expect(limits.segmentLongestMs).toBeGreaterThan(taskCatalog["backup.transfer"].timeoutMinutes * 60_000);
});
