import { rename } from "node:fs/promises";
import path from "node:path";
import {
  generateLedgerKeyPem,
  inTransaction,
  loadLedgerKey,
  readHead,
  recordAnchor,
  signHead,
} from "@kluis/db";
import { anchorsPrefix, systemClock } from "@kluis/domain";
import { verifyLedger } from "@kluis/reports";
import { createFolderStore } from "@kluis/vault";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { createCaller } from "../root.ts";
import { createWorld, type World } from "../testing.ts";

const key = loadLedgerKey(generateLedgerKeyPem());
let world: World;
let owner: ReturnType<typeof createCaller>;
beforeEach(async () => {
  world = await createWorld();
  owner = await world.as("owner");
  await owner.tokens.create({ name: "something that happened", permissions: ["self"] });
});
afterEach(() => world[Symbol.asyncDispose]());

/** As an engine: the API's own stores only read. */
async function put(name: string, text: string): Promise<void> {
  const store = createFolderStore(path.join(world.folder, "vault"));
  await store.put(`${anchorsPrefix}${name}`, [Buffer.from(text)], AbortSignal.timeout(10_000));
}

/** Anchors as the engine does: a copy in the vault, then a row. Returns the number of the signed event. */
async function anchor(): Promise<number> {
  const { prisma } = world.api.db;
  const head = signHead(key, await readHead(prisma), systemClock);
  await put(`${head.seq}.json`, JSON.stringify({ ...head, publicKey: key.publicPem }));
  await recordAnchor(prisma, { ...head, vaultName: `${anchorsPrefix}${head.seq}.json` }, systemClock);
  return head.seq;
}

/** Removes this event, all later ones and every anchor, which only the owner of the database can do. */
async function cutOff(seq: number): Promise<void> {
  const triggers = (change: "ENABLE" | "DISABLE"): string[] =>
    ["LedgerEvent", "LedgerAnchor"].map((table) => `ALTER TABLE "${table}" ${change} TRIGGER USER`);
  await inTransaction(world.api.db, async (tx) => {
    for (const statement of triggers("DISABLE")) await tx.$executeRawUnsafe(statement);
    await tx.$executeRaw`DELETE FROM "LedgerEvent" WHERE seq >= ${seq}`;
    await tx.$executeRaw`DELETE FROM "LedgerAnchor"`;
    for (const statement of triggers("ENABLE")) await tx.$executeRawUnsafe(statement);
  });
}

test("a ledger without an anchor is not shown as intact", async () => {
  const verdict = await owner.audit.verify();
  expect(verdict).toMatchObject({ ok: false, anchors: 0, anchoredTo: null, problem: { kind: "unanchored" } });
  expect(verdict.events).toBeGreaterThan(0);
});

test("the verdict says how far the anchors reach", async () => {
  const seq = await anchor();
  await owner.tokens.create({ name: "after the anchor", permissions: ["self"] });
  const { ok, anchoredTo, head } = await owner.audit.verify();
  expect({ ok, anchoredTo, head: head?.seq }).toEqual({ ok: true, anchoredTo: seq, head: seq + 1 });
});

test("copies in the vault reveal last events that were removed together with the anchors", async () => {
  const seq = await anchor();
  expect(await owner.audit.verify()).toMatchObject({ ok: true, anchors: 1, copies: 1, unchecked: null });
  await cutOff(seq);
  expect(await verifyLedger(world.api.db)).toMatchObject({ ok: false, problem: { kind: "unanchored" } });
  const problem = { kind: "truncated", seq };
  expect(await owner.audit.verify()).toMatchObject({ ok: false, problem, unchecked: null });
});

test("a copy that cannot be read is reported, and the others still count", async () => {
  await put("0.json", "{}");
  const seq = await anchor();
  const unchecked = expect.stringContaining("Not all copies") as unknown;
  expect(await owner.audit.verify()).toMatchObject({ ok: true, copies: 1, unchecked });
  await cutOff(seq);
  expect(await owner.audit.verify()).toMatchObject({ ok: false, problem: { kind: "truncated" }, unchecked });
});

test("an unreachable vault is reported", async () => {
  await anchor();
  await rename(path.join(world.folder, "vault"), path.join(world.folder, "elsewhere"));
  const unchecked = expect.stringContaining("Not all copies") as unknown;
  expect(await owner.audit.verify()).toMatchObject({ ok: true, copies: 0, unchecked });
});
