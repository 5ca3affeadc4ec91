/** Repeated work: pages, boundaries, kills, and two engines at once. */
import { databaseNow, readRecurringWork } from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { KluisError, systemClock, type TimedClock, workRules } from "@kluis/domain";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { type RecurringWork, runWork } from "../src/runtime/recurring-work.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const log = openLog({ format: "text", level: "error" });
const alive = new AbortController().signal;
const deps = (clock: TimedClock = systemClock) => ({ db: database.db, clock, log });
const state = () => readRecurringWork(database.db.prisma, "sweep");

const TOTAL = 10;
const PAGE = 3;

/** Numbers in pages of three. */
function numbers(work: (item: number) => Promise<void>): RecurringWork<number> {
  return {
    name: "sweep",
    page: (cursor) => {
      const from = Number(cursor ?? 0);
      const to = Math.min(from + PAGE, TOTAL);
      const items = Array.from({ length: to - from }, (_, n) => from + n);
      return Promise.resolve({ items, next: to === TOTAL ? null : String(to) });
    },
    nameOf: (item) => `item ${item}`,
    work,
  };
}

function refuse(item: number): never {
  throw new KluisError("AZURE_FORBIDDEN", { reason: "denied", message: `${item} is refused.` });
}

it("does every item although some fail, and shows the first failure until all succeed", async () => {
  const done: number[] = [];
  const some = numbers(async (item) => {
    if (item % 4 === 1) refuse(item);
    await Promise.resolve(done.push(item));
  });
  expect(await runWork(deps(), some, alive)).toBeNull();
  expect(done).toEqual([0, 2, 3, 4, 6, 7, 8]);
  const failing = { lastDone: 7, lastFailed: 3, lastErrorItem: "item 1", lastSuccessAt: null };
  expect(await state()).toMatchObject({ ...failing, lastError: { code: "AZURE_FORBIDDEN" }, cursor: null });
  const raised = () => database.db.prisma.attention.findMany({ select: { key: true } });
  expect(await raised()).toEqual([{ key: "recurring-work:sweep" }]);
  await runWork(
    deps(),
    numbers(() => Promise.resolve()),
    alive,
  );
  const after = await state();
  expect(after).toMatchObject({ lastDone: 10, lastFailed: 0, lastError: null, lastErrorItem: null });
  expect(after?.lastSuccessAt).not.toBeNull();
  expect(await raised()).toEqual([]);
});

it("continues at the page of a kill, and counts a failed page of the database of others", async () => {
  const done: number[] = [];
  const killed = new AbortController();
  const first = numbers(async (item) => {
    await Promise.resolve(done.push(item));
    if (item === 4) killed.abort(new Error("killed"));
  });
  await expect(runWork(deps(), first, killed.signal)).rejects.toThrow("killed");
  expect(await state()).toMatchObject({ cursor: "3", done: 3 });
  const rest: number[] = [];
  await runWork(
    deps(),
    numbers(async (item) => void (await Promise.resolve(rest.push(item)))),
    alive,
  );
  expect(rest).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(await state()).toMatchObject({ cursor: null, startedAt: null, lastDone: 10 });
});

it("shows the error of a page that cannot be read, and reads it again", async () => {
  const whole = numbers(() => Promise.resolve());
  const broken: RecurringWork<number> = {
    ...whole,
    page: (cursor) => (cursor === "6" ? Promise.reject(new Error("no page")) : whole.page(cursor)),
  };
  await expect(runWork(deps(), broken, alive)).rejects.toThrow("no page");
  expect(await state()).toMatchObject({ cursor: "6", failed: 1, errorItem: null });
  await runWork(deps(), whole, alive);
  // The pass had a failure, so only the next one counts as a success.
  expect(await state()).toMatchObject({ lastDone: 10, lastFailed: 1, lastSuccessAt: null });
  await runWork(deps(), whole, alive);
  expect((await state())?.lastSuccessAt).toEqual(expect.any(Date));
});

it("stops at the end of its time, and continues in the next run", async () => {
  let elapsed = 0;
  const clock: TimedClock = { ...systemClock, elapsedMs: () => elapsed };
  const slow = numbers(async () => {
    elapsed += workRules.sweep.budgetMs / 2;
    await Promise.resolve();
  });
  const cursors: (string | null | undefined)[] = [];
  while ((await runWork(deps(clock), slow, alive)) !== null) cursors.push((await state())?.cursor);
  expect(cursors).toEqual(["3", "6", "9"]);
  expect(await state()).toMatchObject({ lastDone: 10, lastFailed: 0 });
});

it("two engines at once do every item, and one of them records it", async () => {
  const done: number[] = [];
  const both = numbers(async (item) => {
    await databaseNow(database.db.prisma);
    done.push(item);
  });
  await Promise.all([runWork(deps(), both, alive), runWork(deps(), both, alive)]);
  expect(new Set(done)).toEqual(new Set(Array.from({ length: TOTAL }, (_, n) => n)));
  expect(await state()).toMatchObject({ cursor: null, startedAt: null });
});
