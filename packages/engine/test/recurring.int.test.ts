/** Repeated work: pages, boundaries, kills, and two engines at once. */
import { databaseNow, readRecurringWork } from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { KluisError, systemClock, type TimedClock, workRules } from "@kluis/domain";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { heldText, heldUpMostMs, placeIn } from "../src/runtime/held-up.ts";
import { type RecurringWork, runWork } from "../src/runtime/recurring-work.ts";
import { runOnce } from "../src/runtime/run-once.ts";

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
    page: (cursor) => (cursor === "6" ? Promise.reject(new Error("no page")) : whole.page(cursor, false)),
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

function throttled(retryAfterMs: number): KluisError {
  return new KluisError("AZURE_THROTTLED", { reason: "connection", message: "Slow down.", retryAfterMs });
}

it("waits as Azure requests, and continues at the page, without a failure", async () => {
  const done: number[] = [];
  const pauses: unknown[] = [];
  let refusals = 3;
  const limited = numbers(async (item) => {
    if (item === 4 && refusals-- > 0) throw throttled(refusals === 0 ? 3_600_000 : 7_000);
    await Promise.resolve(done.push(item));
  });
  for (let turn = 0; turn < 4; turn++) pauses.push(await runWork(deps(), limited, alive));
  // No pause is longer than a quarter of an hour.
  expect(pauses).toEqual([{ againInMs: 7_000 }, { againInMs: 7_000 }, { againInMs: 900_000 }, null]);
  expect(done).toEqual([0, 1, 2, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9]);
  expect(await state()).toMatchObject({ lastDone: 10, lastFailed: 0, lastError: null });
  expect((await state())?.lastSuccessAt).not.toBeNull();
});

it("someone who waits for a pass: it continues at its page when Azure limits it, and nothing of it is stored", async () => {
  const done: number[] = [];
  let refusals = 2;
  const limited = numbers(async (item) => {
    if (item === 7 || (item === 4 && refusals-- > 0)) throw throttled(7_000);
    await Promise.resolve(done.push(item));
  });
  const run = (cursor: string | null) => runOnce(deps(), limited, { cursor, signal: alive });
  const first = await run(null);
  expect(placeIn(first?.cursor ?? null)).toMatchObject({ cursor: "3" });
  expect(await run(first?.cursor ?? null)).toEqual({ cursor: first?.cursor, pauseMs: 7_000 });
  const later = await run(first?.cursor ?? null);
  expect(placeIn(later?.cursor ?? null)).toMatchObject({ cursor: "6" });
  expect(done).toEqual([0, 1, 2, 3, 3, 3, 4, 5, 6]);
  // A limit that lasts holds the others up for minutes only.
  const heldSince = new Date(Date.now() - heldUpMostMs);
  expect(await run(heldText({ cursor: "6", heldSince }))).toBeNull();
  expect(done.slice(9)).toEqual([6, 8, 9]);
  expect(await state()).toBeNull();
});

it("an item that Azure limits for a week holds up the others for minutes only", async () => {
  const done: number[] = [];
  const limited = numbers(async (item) => {
    if (item === 4) throw throttled(240_000);
    await Promise.resolve(done.push(item));
  });
  expect(await runWork(deps(), limited, alive)).toEqual({ againInMs: 240_000 });
  const first = placeIn((await state())?.cursor ?? null);
  expect(first).toEqual({ cursor: "3", heldSince: expect.any(Date) as Date });
  expect(await runWork(deps(), limited, alive)).toEqual({ againInMs: 240_000 });
  expect(placeIn((await state())?.cursor ?? null)).toEqual(first);
  const { prisma } = database.db;
  const earlier = new Date(Date.now() - heldUpMostMs);
  const cursor = heldText({ cursor: "3", heldSince: earlier });
  await prisma.recurringWork.update({ where: { name: "sweep" }, data: { cursor } });
  expect(await runWork(deps(), limited, alive)).toBeNull();
  expect(new Set(done)).toEqual(new Set([0, 1, 2, 3, 5, 6, 7, 8, 9]));
  expect(await state()).toMatchObject({ cursor: null, lastFailed: 1, lastErrorItem: "item 4" });
});

it("keeps the beginning of a pass that Azure has refused since its first page", async () => {
  const whole = numbers(() => Promise.resolve());
  const refused = { ...whole, page: () => Promise.reject(throttled(1)) };
  expect(await runWork(deps(), refused, alive)).toEqual({ againInMs: 1_000 });
  const startedAt = (await state())?.startedAt;
  expect(startedAt).toBeInstanceOf(Date);
  await runWork(deps(), refused, alive);
  expect(await state()).toMatchObject({ startedAt, failed: 0, lastSuccessAt: null });
});

it("works on several items at a time, and shows the first failure in the order of the page", async () => {
  let running = 0;
  let most = 0;
  const several = {
    ...numbers(async (item: number) => {
      most = Math.max(most, ++running);
      await databaseNow(database.db.prisma);
      running--;
      if (item % 3 !== 0) refuse(item);
    }),
    atOnce: 2,
  };
  await runWork(deps(), several, alive);
  expect(most).toBe(2);
  expect(await state()).toMatchObject({ lastDone: 4, lastFailed: 6, lastErrorItem: "item 1" });
});

it("engines that share a pass take items from each other, and lose no count", async () => {
  const left = Array.from({ length: 40 }, (_, n) => n);
  const done: number[] = [];
  const claims: RecurringWork<number> = {
    name: "sweep",
    isShared: true,
    page: () => {
      const items = left.splice(0, PAGE);
      return Promise.resolve({ items, next: items.length < PAGE ? null : "claims" });
    },
    nameOf: (item) => `item ${item}`,
    work: async (item) => {
      await databaseNow(database.db.prisma);
      done.push(item);
    },
  };
  await Promise.all([runWork(deps(), claims, alive), runWork(deps(), claims, alive)]);
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  expect(await state()).toMatchObject({ failed: 0, lastFailed: 0 });
});

it("ends the run after a page with a pause", async () => {
  const whole = numbers(() => Promise.resolve());
  const paced: RecurringWork<number> = {
    ...whole,
    page: async (cursor) => ({ ...(await whole.page(cursor, false)), pauseMs: 60_000 }),
  };
  const results: unknown[] = [];
  for (let run = 0; run < 4; run++) results.push(await runWork(deps(), paced, alive));
  expect(results).toEqual([...Array.from({ length: 3 }, () => ({ againInMs: 60_000 })), null]);
  expect(await state()).toMatchObject({ lastDone: 10, cursor: null });
});
