/** The start of second copies by several engines at once, and how far they are behind. Reads no data. */
import { changeVault, inTransaction, readCopyLag } from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { addPoints, addVault, addVerifyPolicy } from "./verify-points.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it("a point that several engines find missing is copied once", async () => {
  const { db } = database;
  const policyId = await addVerifyPolicy(db, "quick", { rule: { mode: "quick", everyDays: 7 } });
  const [from, to] = [await addVault(db, null), await addVault(db, null)];
  await addPoints(db, { vm: "web", policyId, vaultId: from, points: 2, diskBytes: 1_024 });
  const copy = { to, daily: null, bandwidth: null, keepDays: 0, lagHours: null };
  await inTransaction(db, (tx) => changeVault(tx, { id: from, change: { copy } }, systemClock));
  const deps = { db, clock: systemClock, log: openLog({ format: "text", level: "error" }) };
  await Promise.all([1, 2, 3, 4].map(() => keepCopies(deps, new AbortController().signal)));
  expect(await db.prisma.job.count({ where: { kind: "copy-point" } })).toBe(1);
});

it("a damaged point waits for its copy, and a damaged copy does not count", async () => {
  const { db } = database;
  const policyId = await addVerifyPolicy(db, "lag", { rule: { mode: "quick", everyDays: 7 } });
  const [from, to] = [await addVault(db, null), await addVault(db, null)];
  const add = (vm: string, vaultId: string) =>
    addPoints(db, { vm, policyId, vaultId, points: 1, diskBytes: 1_024 });
  await add("lag-web", from);
  await add("lag-copy", to);
  const point = await db.prisma.recoveryPoint.findFirstOrThrow({ where: { vaultId: from } });
  const copy = await db.prisma.recoveryPoint.findFirstOrThrow({ where: { vaultId: to } });
  const change = (id: string, data: { readonly copyOf?: string; readonly state?: string }) =>
    db.prisma.recoveryPoint.update({ where: { id }, data });
  await change(point.id, { state: "damaged" });
  expect(await readCopyLag(db.prisma, { from, to })).toMatchObject({ points: 1 });
  await change(copy.id, { copyOf: point.id });
  expect(await readCopyLag(db.prisma, { from, to })).toMatchObject({ points: 0, since: null });
  await change(copy.id, { state: "damaged" });
  expect(await readCopyLag(db.prisma, { from, to })).toMatchObject({ points: 1 });
});
