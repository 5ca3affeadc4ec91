/** The start of second copies by several engines at once. Reads no data. */
import { changeVault, inTransaction } from "@kluis/db";
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
