import {
  appendEvents,
  type Db,
  generateLedgerKeyPem,
  inTransaction,
  listAnchors,
  loadLedgerKey,
  readHead,
  recordAnchor,
  signHead,
} from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { engineActor, systemClock } from "@kluis/domain";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAnchorCopy, verifyLedger } from "./verify-ledger.ts";

let database: TestDatabase;
const key = loadLedgerKey(generateLedgerKeyPem());

beforeEach(async () => {
  database = await createTestDatabase();
  await append(10);
});
afterEach(() => database.drop());

async function append(count: number): Promise<void> {
  await inTransaction(database.db, (tx) =>
    appendEvents(
      tx,
      systemClock,
      Array.from({ length: count }, (_, index) => ({
        kind: "vm.changed" as const,
        actor: engineActor,
        target: { type: "vm", id: `vm-${index}`, name: `vm-${index}` },
        data: { index },
      })),
    ),
  );
}

async function anchor(): Promise<void> {
  const signed = signHead(key, await readHead(database.db.prisma), systemClock);
  await recordAnchor(database.db.prisma, { ...signed, vaultName: null }, systemClock);
}

/** Acts as the owner of the database, who can disable the triggers and change anything. */
async function asDatabaseOwner(db: Db, statements: readonly string[]): Promise<void> {
  const client = await db.pool.connect();
  try {
    await client.query("SET session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
    await client.query("SET session_replication_role = origin");
  } finally {
    client.release();
  }
}

test("an untouched ledger is valid, with its head and anchors", async () => {
  await anchor();
  await append(3);
  const head = await readHead(database.db.prisma);
  expect(await verifyLedger(database.db, { publicPem: key.publicPem })).toEqual({
    ok: true,
    events: 13,
    head,
    anchors: 1,
    anchoredTo: 10,
    problem: null,
  });
});

test("without an anchor nothing is proven: rewritten, shortened and whole look the same", async () => {
  const empty = await createTestDatabase();
  expect(await verifyLedger(empty.db)).toEqual({
    ok: false,
    events: 0,
    head: null,
    anchors: 0,
    anchoredTo: null,
    problem: expect.objectContaining({ kind: "unanchored" }) as unknown,
  });
  await empty.drop();
  expect(await verifyLedger(database.db)).toMatchObject({
    ok: false,
    events: 10,
    problem: { kind: "unanchored", seq: 1 },
  });
});

const swap = [
  `UPDATE "LedgerEvent" SET seq = 1000 WHERE seq = 4`,
  `UPDATE "LedgerEvent" SET seq = 4 WHERE seq = 5`,
  `UPDATE "LedgerEvent" SET seq = 5 WHERE seq = 1000`,
];
const recomputeLater = [`UPDATE "LedgerEvent" SET digest = repeat('a', 64) WHERE seq = 4`];

test.each([
  {
    name: "edited facts",
    by: [`UPDATE "LedgerEvent" SET data = '{"index": 99}' WHERE seq = 4`],
    kind: "edited",
    seq: 4,
  },
  {
    name: "an edited time",
    by: [`UPDATE "LedgerEvent" SET at = at + interval '1 day' WHERE seq = 7`],
    kind: "edited",
    seq: 7,
  },
  {
    name: "an edited actor",
    by: [`UPDATE "LedgerEvent" SET actor = '{"kind":"engine","name":"X"}' WHERE seq = 1`],
    kind: "edited",
    seq: 1,
  },
  { name: "a changed digest", by: recomputeLater, kind: "edited", seq: 4 },
  { name: "a missing event", by: [`DELETE FROM "LedgerEvent" WHERE seq = 4`], kind: "missing", seq: 4 },
  { name: "a removed beginning", by: [`DELETE FROM "LedgerEvent" WHERE seq < 4`], kind: "missing", seq: 1 },
  { name: "swapped events", by: swap, kind: "reordered", seq: 4 },
  { name: "a removed end", by: [`DELETE FROM "LedgerEvent" WHERE seq > 8`], kind: "truncated", seq: 9 },
  { name: "a removed ledger", by: [`DELETE FROM "LedgerEvent"`], kind: "truncated", seq: 1 },
])("the owner of the database cannot hide $name", async ({ by, kind, seq }) => {
  await anchor();
  await asDatabaseOwner(database.db, by);
  const verdict = await verifyLedger(database.db, { publicPem: key.publicPem });
  expect(verdict).toMatchObject({ ok: false, problem: { kind, seq } });
  expect(verdict.events).toBe(seq - 1);
});

test("a history rewritten with all its digests is found against the anchor", async () => {
  await anchor();
  await asDatabaseOwner(database.db, [`DELETE FROM "LedgerEvent"`]);
  await append(12);
  expect(await verifyLedger(database.db, { publicPem: key.publicPem })).toMatchObject({
    ok: false,
    problem: { kind: "rewritten", seq: 10 },
  });
});

test("rewritten anchors are found by the public key, and against copies kept elsewhere", async () => {
  await anchor();
  const copies = await listAnchors(database.db.prisma);
  await asDatabaseOwner(database.db, [`DELETE FROM "LedgerEvent"`, `DELETE FROM "LedgerAnchor"`]);
  await append(12);
  const forger = loadLedgerKey(generateLedgerKeyPem());
  const forged = signHead(forger, await readHead(database.db.prisma), systemClock);
  await recordAnchor(database.db.prisma, { ...forged, keyId: key.keyId, vaultName: null }, systemClock);
  expect((await verifyLedger(database.db)).ok).toBe(true);
  expect(await verifyLedger(database.db, { publicPem: key.publicPem })).toMatchObject({
    ok: false,
    problem: { seq: 12, message: expect.stringContaining("signature") as unknown },
  });
  expect(await verifyLedger(database.db, { copies })).toMatchObject({
    ok: false,
    problem: { kind: "rewritten", seq: 10 },
  });
});

test("a copy of an anchor from the vault verifies the ledger and the anchor's signature", async () => {
  await anchor();
  const [stored] = await listAnchors(database.db.prisma);
  const text = JSON.stringify({ ...stored, publicKey: key.publicPem, installationId: "x" });
  const { copy, publicPem } = parseAnchorCopy(text);
  expect((await verifyLedger(database.db, { copies: [copy], publicPem })).ok).toBe(true);
  await asDatabaseOwner(database.db, [
    `DELETE FROM "LedgerEvent" WHERE seq > 5`,
    `DELETE FROM "LedgerAnchor"`,
  ]);
  expect(await verifyLedger(database.db)).toMatchObject({ ok: false, problem: { kind: "unanchored" } });
  expect(await verifyLedger(database.db, { copies: [copy], publicPem })).toMatchObject({
    problem: { kind: "truncated", seq: 6 },
  });
  expect(() => parseAnchorCopy("{}")).toThrow("seq");
});
