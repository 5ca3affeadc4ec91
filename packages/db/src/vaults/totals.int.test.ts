import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { foldVaultTotals, readVaultTotals, type VaultTotalKind } from "./totals.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  // Only the triggers matter here: points need no rows beside them.
  await database.db.prisma.$executeRaw`ALTER TABLE "RecoveryPoint" DROP CONSTRAINT "RecoveryPoint_vmId_fkey",
    DROP CONSTRAINT "RecoveryPoint_vaultId_fkey", DROP CONSTRAINT "RecoveryPoint_deleted"`;
});
afterEach(() => database.drop());

class Undone extends Error {}
const states = ["available", "damaged", "soft-deleted", "deleting", "deleted"];

/** Numbers that are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let last = seed;
  return (below) => {
    last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((last / 2 ** 32) * below);
  };
}

/** Statements that change packs and points of two vaults at random. */
function changes(next: (below: number) => number, vaults: readonly string[]) {
  const vault = () => vaults[next(vaults.length)] ?? "";
  const state = () => states[next(states.length)] ?? "";
  const pick = () => `${next(1_000)}`;
  return [
    (tx: Tx) => tx.$executeRaw`
      INSERT INTO "VaultPack" ("vaultId", "packId", bytes) SELECT ${vault()}::uuid, gen_random_uuid()::text, ${next(1_000)} + n
      FROM generate_series(1, 4) n`,
    (tx: Tx) => tx.$executeRaw`
      INSERT INTO "RecoveryPoint" (id, "vmId", "vaultId", "jobId", state, trigger, actor, "vmFacts", "takenAt", "snapshotStartedAt",
        "snapshotEndedAt", "transferStartedAt", "transferEndedAt", "consistencyWanted", "consistencyReached", "azureConsistency",
        "logicalBytes", "allocatedBytes", "readBytes", "changedBytes", "movedBytes", "storedBytes", "chunksNew", "chunksReused",
        "manifestDigest", "keyId")
      SELECT gen_random_uuid(), gen_random_uuid(), ${vault()}::uuid, gen_random_uuid(), ${state()}, 'manual', '{}', '{}', now(), now(),
        now(), now(), now(), 'crash', 'crash', 'CrashConsistent', 9, ${next(1_000)}, 0, 0, 0, ${next(100)}, 0, 0, '', ''
      FROM generate_series(1, 4)`,
    (tx: Tx) => tx.$executeRaw`
      UPDATE "VaultPack" SET "idleSince" = CASE WHEN number % 2 = ${next(2)} THEN NULL ELSE now() END, bytes = bytes + ${next(2)}
      WHERE "packId" IN (SELECT "packId" FROM "VaultPack" ORDER BY md5("packId" || ${pick()}) LIMIT 3)`,
    (tx: Tx) => tx.$executeRaw`
      UPDATE "VaultPack" SET "condemnedAt" = CASE WHEN "condemnedAt" IS NULL THEN now() END
      WHERE "packId" IN (SELECT "packId" FROM "VaultPack" ORDER BY md5("packId" || ${pick()}) LIMIT 2)`,
    (tx: Tx) => tx.$executeRaw`
      UPDATE "VaultPack" SET "goneAt" = now()
      WHERE "packId" IN (SELECT "packId" FROM "VaultPack" ORDER BY md5("packId" || ${pick()}) LIMIT 1)`,
    (tx: Tx) => tx.$executeRaw`
      DELETE FROM "VaultPack" WHERE "packId" IN (SELECT "packId" FROM "VaultPack" ORDER BY md5("packId" || ${pick()}) LIMIT 2)`,
    (tx: Tx) => tx.$executeRaw`
      UPDATE "RecoveryPoint" SET state = ${state()}, "vaultId" = ${vault()}::uuid, "pinnedAt" = NULL
      WHERE id IN (SELECT id FROM "RecoveryPoint" ORDER BY md5(id::text || ${pick()}) LIMIT 3)`,
    (tx: Tx) => tx.$executeRaw`
      UPDATE "RecoveryPoint" SET "pinnedAt" = now(), "pinnedBy" = '{}', "pinReason" = 'x'
      WHERE state IN ('available', 'damaged') AND id IN (SELECT id FROM "RecoveryPoint" ORDER BY md5(id::text || ${pick()}) LIMIT 3)`,
    (tx: Tx) => foldVaultTotals(tx),
  ];
}

type Totals = Readonly<Record<VaultTotalKind, { readonly count: number; readonly bytes: number }>>;

/** The totals, added up from every row. */
async function counted(tx: Tx, vaultId: string): Promise<Totals> {
  const packs = await tx.vaultPack.findMany({ where: { vaultId } });
  const points = await tx.recoveryPoint.findMany({ where: { vaultId } });
  const sum = (bytes: readonly bigint[]) => ({
    count: bytes.length,
    bytes: Number(bytes.reduce((total, one) => total + one, 0n)),
  });
  const stored = packs.filter(({ goneAt }) => goneAt === null);
  const of = (keep: (pack: (typeof packs)[number]) => boolean) =>
    sum(stored.filter(keep).map(({ bytes }) => bytes));
  const inState = (...some: readonly string[]) => points.filter(({ state }) => some.includes(state));
  const storedBy = (some: typeof points) => sum(some.map(({ storedBytes }) => storedBytes));
  return {
    "pack-used": of(({ condemnedAt, idleSince }) => condemnedAt === null && idleSince === null),
    "pack-idle": of(({ condemnedAt, idleSince }) => condemnedAt === null && idleSince !== null),
    "pack-condemned": of(({ condemnedAt }) => condemnedAt !== null),
    "pack-gone": sum(packs.filter(({ goneAt }) => goneAt !== null).map(({ bytes }) => bytes)),
    "point-available": storedBy(inState("available")),
    "point-damaged": storedBy(inState("damaged")),
    "point-soft-deleted": storedBy(inState("soft-deleted")),
    "point-deleting": storedBy(inState("deleting")),
    "point-deleted": storedBy(inState("deleted")),
    "point-pinned": storedBy(inState("available", "damaged").filter(({ pinnedAt }) => pinnedAt !== null)),
    content: sum(inState("available", "damaged", "soft-deleted").map(({ allocatedBytes }) => allocatedBytes)),
  };
}

test.each([1, 2, 3])(
  "the totals of a vault equal its packs and points after any changes (seed %i)",
  async (seed) => {
    const { db } = database;
    const next = numbers(seed);
    const vaults = [randomUUID(), randomUUID()];
    const steps = changes(next, vaults);
    for (let round = 0; round < 60; round += 1) {
      const step = round < 4 ? steps[round % 2] : steps[next(steps.length)];
      // Some of the transactions do not happen.
      const isUndone = round > 4 && next(4) === 0;
      await inTransaction(db, async (tx) => {
        await step?.(tx);
        if (isUndone) throw new Undone();
      }).catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      });
    }
    expect(await db.prisma.recoveryPoint.count()).toBeGreaterThan(0);
    for (const vault of vaults) {
      const all = await counted(db.prisma, vault);
      expect(await readVaultTotals(db.prisma, vault)).toEqual(all);
    }
    await Promise.all([foldVaultTotals(db.prisma), foldVaultTotals(db.prisma)]);
    expect(await db.prisma.vaultTotalChange.count()).toBe(0);
    for (const vault of vaults)
      expect(await readVaultTotals(db.prisma, vault)).toEqual(await counted(db.prisma, vault));
  },
);

test("a change that is not counted yet is in the totals once, also while another call adds it", async () => {
  const { db } = database;
  const vaultId = randomUUID();
  await db.prisma.vaultPack.create({ data: { vaultId, packId: "a", bytes: 10n } });
  await inTransaction(db, async (tx) => {
    await foldVaultTotals(tx);
    // The other call finds the row locked, and leaves it.
    await foldVaultTotals(db.prisma);
    expect((await readVaultTotals(db.prisma, vaultId))["pack-idle"]).toEqual({ count: 1, bytes: 10 });
  });
  expect((await readVaultTotals(db.prisma, vaultId))["pack-idle"]).toEqual({ count: 1, bytes: 10 });
});
