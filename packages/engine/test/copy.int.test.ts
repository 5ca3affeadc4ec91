/** Second copies in another vault with other keys: made, compared, restored when the first vault is gone, and removed. */
import { BlobServiceClient } from "@azure/storage-blob";
import { newId, readCopyLag } from "@kluis/db";
import { systemClock } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { vaultOf } from "../src/job/vault-of.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { addFolderVault, copied, copyTo, restored, startOn, sumOf } from "./second-copies.ts";
import { MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

/** A busy machine needs more than the usual time. */
const LONG_MS = 300_000;
const signal = AbortSignal.timeout(2 * LONG_MS);
let world: World;
let engine: Engine;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());

/** A second vault that is compared, or disabled, gets no copy, and no job writes to it. */
async function refusesCopies(id: string, vmId: string): Promise<void> {
  const { vault, job } = world.db.prisma;
  const copyJob = { id: newId(systemClock), kind: "copy-point", vaultId: id } as const;
  const started = async (data: object): Promise<number> => {
    await vault.update({ where: { id }, data });
    await keepCopies(engine.deps, signal);
    return job.count({ where: { vmId, kind: "copy-point" } });
  };
  expect(await started({ state: "disabled" })).toBe(0);
  expect(await started({ state: "enabled", doubtedAt: new Date() })).toBe(0);
  const writing = vaultOf({ deps: engine.deps, job: copyJob });
  await expect(writing).rejects.toMatchObject({ code: "VAULT_UNUSABLE", reason: "comparing" });
  await vault.update({ where: { id }, data: { doubtedAt: null } });
}

const stateOf = async ({ id }: PointRow): Promise<string> =>
  (await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id } })).state;

const removalsOf = (point: PointRow) =>
  world.db.prisma.job.count({ where: { pointId: point.id, kind: "delete-point" } });

async function removed(point: PointRow): Promise<void> {
  await keepCopies(engine.deps, signal);
  const { id } = await world.db.prisma.job.findFirstOrThrow({
    where: { pointId: point.id, kind: "delete-point" },
  });
  expect(await world.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await stateOf(point)).toBe("deleted");
}

describe("second copies", () => {
  it(
    "are made after each backup, move only the difference, and restore when the first vault is gone",
    async () => {
      const second = await addFolderVault(world, "second");
      const image = await world.image("web", 40 * MIB, [random(0, 6 * MIB), random(20 * MIB, MIB)]);
      const vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
      const first = await world.backUp(vmId);
      const from = first.vaultId;
      await copyTo(world, { from, to: second }, { keepDays: 7 });
      expect(await readCopyLag(world.db.prisma, { from, to: second })).toMatchObject({ points: 1 });
      await refusesCopies(second, vmId);
      await keepCopies(engine.deps, signal);
      const firstCopy = await copied(world, first, second);
      expect(firstCopy).toMatchObject({ vaultId: second, state: "available", takenAt: first.takenAt, vmId });
      expect(await world.pointDigest(firstCopy, "os")).toBe(await world.pointDigest(first, "os"));
      // Other keys: equal content has other digests.
      expect(firstCopy.disks[0]?.rootDigest).not.toBe(first.disks[0]?.rootDigest);

      await world.image("web", 40 * MIB, [random(5 * MIB, 128 * 1024)]);
      await world.control.write({ vm: "web", disk: "os", image });
      const next = await world.backUp(vmId);
      const nextCopy = await copied(world, next, second);
      expect(sumOf(nextCopy, "readBytes")).toBe(sumOf(next, "movedBytes"));
      expect(sumOf(nextCopy, "readBytes")).toBeGreaterThan(0);
      expect(await readCopyLag(world.db.prisma, { from, to: second })).toEqual({
        points: 0,
        since: null,
        bytes: 0,
      });
      // The VM has as many points as before.
      const { prisma } = world.db;
      expect(await prisma.vmPoints.findUnique({ where: { vmId } })).toMatchObject({ points: 2 });

      // A copy stays for the days of the rule after the content of its point was deleted, and longer while it is pinned.
      expect(
        await world.ended(await startOn(world, first, { kind: "delete-point", reason: "test" })),
      ).toMatchObject({ state: "succeeded" });
      await world.clock.jump({ days: 6 });
      await keepCopies(engine.deps, signal);
      expect([await stateOf(firstCopy), await removalsOf(firstCopy)]).toEqual(["available", 0]);
      await world.clock.jump({ days: 2 });
      const pin = (pinnedAt: Date | null) =>
        prisma.recoveryPoint.update({ where: { id: firstCopy.id }, data: { pinnedAt } });
      await pin(world.clock.now());
      await keepCopies(engine.deps, signal);
      expect([await stateOf(firstCopy), await removalsOf(firstCopy)]).toEqual(["available", 0]);
      await pin(null);
      await removed(firstCopy);
      expect(await readCopyLag(prisma, { from, to: second })).toMatchObject({ points: 0 });

      const expected = await world.pointDigest(next, "os");
      const account = BlobServiceClient.fromConnectionString(world.stack.azurite.connectionString);
      await account.deleteContainer("kluis-vault");
      // As a process that has just started: nothing of the first vault is open.
      await engine.stop();
      engine = await world.startEngine();
      world.engines.splice(0, world.engines.length, engine);
      await expect(engine.deps.vaults.open(from)).rejects.toMatchObject({ code: "VAULT_NOT_INITIALISED" });
      const verified = await world.ended(await startOn(world, nextCopy, { kind: "verify", mode: "full" }));
      expect(verified).toMatchObject({ state: "succeeded" });
      expect(await world.pointDigest(nextCopy, "os")).toBe(expected);
      expect(await restored(world, nextCopy, "rescued")).toBe(expected);
      await keepCopies(engine.deps, signal);
      expect(await stateOf(nextCopy)).toBe("available");
      const events = await prisma.ledgerEvent.findMany({ where: { kind: "point.copied" } });
      expect(events.map(({ data }) => data)).toMatchObject([{ copyOf: first.id }, { copyOf: next.id }]);
    },
    LONG_MS,
  );
});
