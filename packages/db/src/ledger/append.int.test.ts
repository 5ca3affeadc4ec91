import {
  checkNext,
  emptyHead,
  engineActor,
  type LedgerDraft,
  type LedgerHead,
  systemClock,
} from "@kluis/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TestClock } from "../../test/fixtures.ts";
import { sqlState } from "../errors.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { listAnchors, newestAnchor, recordAnchor } from "./anchors.ts";
import { appendEvents, readHead, walkLedger } from "./append.ts";
import { generateLedgerKeyPem, isSignedBy, loadLedgerKey, signHead } from "./sign.ts";

let database: TestDatabase;
const clock = new TestClock();

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 24 });
});
afterAll(() => database.drop());

const draft = (name: string, data: Record<string, unknown> = {}): LedgerDraft => ({
  kind: "vm.discovered",
  actor: engineActor,
  target: { type: "vm", id: name, name },
  data,
});

/** Walks the stored chain; fails the test at the first wrong event. */
async function walk(): Promise<LedgerHead> {
  let head: LedgerHead = emptyHead;
  for await (const record of walkLedger(database.db)) {
    expect(checkNext(head, record)).toBeNull();
    head = record;
  }
  return head;
}

beforeEach(() => clock.advance(1_000));

test("20 concurrent writers make one chain without gaps", async () => {
  const before = await readHead(database.db.prisma);
  const writers = Array.from({ length: 20 }, async (_, writer) => {
    for (let index = 0; index < 10; index++) {
      await inTransaction(database.db, (tx) =>
        appendEvents(tx, systemClock, [
          draft(`w${writer}`, { index }),
          draft(`w${writer}`, { index, second: true }),
        ]),
      );
    }
  });
  await Promise.all(writers);
  const head = await walk();
  expect(head.seq).toBe(before.seq + 400);
});

test("a failed transaction leaves neither the change nor its event, and no gap", async () => {
  const before = await readHead(database.db.prisma);
  const failing = inTransaction(database.db, async (tx) => {
    await appendEvents(tx, clock, [draft("never")]);
    throw new Error("the change failed");
  });
  await expect(failing).rejects.toThrow("the change failed");
  await inTransaction(database.db, (tx) => appendEvents(tx, clock, [draft("after")]));
  const head = await walk();
  expect(head.seq).toBe(before.seq + 1);
});

test("any JSON facts are read back with the same digest", async () => {
  const facts = {
    nul: "a\0b",
    half: "\ud83d",
    emoji: "\u{1F600}",
    numbers: [0.1, 1e21, -0, 2 ** 53 - 1, 1.1],
    deep: { z: 1, a: { "": null, "\u20ac": [true, false, {}] } },
    absent: undefined,
  };
  const [written] = await inTransaction(database.db, (tx) => appendEvents(tx, clock, [draft("odd", facts)]));
  const head = await walk();
  expect(head).toEqual(written);
});

test("of two deadlocked transactions, the loser is retried and both are written", async () => {
  const { db } = database;
  await db.prisma.partHealth.createMany({
    data: ["x", "y"].map((part) => ({ part, ok: true, message: "", checkedAt: clock.now() })),
  });
  const touch = (first: string, second: string): Promise<void> =>
    inTransaction(db, async (tx) => {
      await tx.partHealth.update({ where: { part: first }, data: { message: "1" } });
      await appendEvents(tx, clock, [draft(first)]);
      await tx.partHealth.update({ where: { part: second }, data: { message: "2" } });
    });
  const before = await readHead(db.prisma);
  await Promise.all([touch("x", "y"), touch("y", "x")]);
  const head = await walk();
  expect(head.seq).toBe(before.seq + 2);
});

test.each(["UPDATE", "DELETE", "TRUNCATE"])("the database refuses %s on the ledger", async (verb) => {
  await inTransaction(database.db, (tx) => appendEvents(tx, clock, [draft("kept")]));
  const statement = {
    UPDATE: `UPDATE "LedgerEvent" SET kind = 'x'`,
    DELETE: `DELETE FROM "LedgerEvent"`,
    TRUNCATE: `TRUNCATE "LedgerEvent"`,
  }[verb];
  const refused: unknown = await database.db.prisma
    .$executeRawUnsafe(statement ?? "")
    .catch((error: unknown) => error);
  expect(sqlState(refused)).toBe("KL001");
  await walk();
});

test("signed heads are stored and their signatures verify", async () => {
  const key = loadLedgerKey(generateLedgerKeyPem());
  const other = loadLedgerKey(generateLedgerKeyPem());
  const signed = signHead(key, await readHead(database.db.prisma), clock);
  await inTransaction(database.db, (tx) => recordAnchor(tx, { ...signed, vaultName: "anchors/1" }, clock));
  const stored = await newestAnchor(database.db.prisma);
  expect(stored).toMatchObject({ ...signed, vaultName: "anchors/1" });
  expect(await listAnchors(database.db.prisma)).toHaveLength(1);
  if (stored === null) throw new Error("unreachable");
  expect(isSignedBy(key.publicPem, stored)).toBe(true);
  expect(isSignedBy(other.publicPem, stored)).toBe(false);
  expect(isSignedBy(key.publicPem, { ...stored, seq: stored.seq + 1 })).toBe(false);
  expect(isSignedBy(key.publicPem, { ...stored, signedAt: new Date(0) })).toBe(false);
  const refused: unknown = await database.db.prisma.ledgerAnchor
    .deleteMany()
    .catch((error: unknown) => error);
  expect(sqlState(refused)).toBe("KL001");
});
