import type { LeaseRequest } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { requestBudgetStore } from "./store.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A bucket that practically never refills. */
const bucket = (name: string, change: Partial<LeaseRequest> = {}): LeaseRequest => ({
  subscriptionId: "s",
  principal: "p",
  bucket: name,
  size: 10,
  perSecond: 0.0001,
  want: 1,
  ...change,
});
/** Stores of two processes. */
const stores = () =>
  [requestBudgetStore(database.db.prisma), requestBudgetStore(database.db.prisma)] as const;

test("processes that lease at once never get more than the bucket", async () => {
  const [one, two] = stores();
  const request = bucket("shared", { want: 3 });
  const leases = await Promise.all([one, two, one, two, one, two].map((store) => store.lease(request)));
  expect(leases.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
  const { granted, waitMs } = await one.lease(request);
  expect(granted).toBe(0);
  expect(waitMs).toBeGreaterThan(1_000_000);
});

test("a bucket refills by the clock of the database", async () => {
  const [store] = stores();
  const request = bucket("refills", { want: 10 });
  expect(await store.lease(request)).toEqual({ granted: 10, waitMs: 0 });
  await database.db.prisma
    .$executeRaw`UPDATE "RequestBucket" SET at = at - interval '1 hour' WHERE bucket = 'refills'`;
  expect((await store.lease({ ...request, perSecond: 4 / 3600 })).granted).toBe(4);
});

test("what Azure reports lowers a bucket and never raises it", async () => {
  const [one, two] = stores();
  const request = bucket("lowered", { want: 5 });
  await one.lease(request);
  await two.lower(request, 2);
  await two.lower(request, 9);
  expect((await one.lease(request)).granted).toBe(2);
});

test("a refusal stops every process, and only for its subscription and policy", async () => {
  const [one, two] = stores();
  const request = bucket("blocked");
  const other = bucket("blocked", { subscriptionId: "other" });
  await one.lease(request);
  await one.lease(other);
  await one.block(request, 60_000);
  await one.block(request, 1000);
  const { granted, waitMs } = await two.lease(request);
  expect(granted).toBe(0);
  expect(waitMs).toBeGreaterThan(50_000);
  expect((await two.lease(other)).granted).toBe(1);
  expect((await two.lease(bucket("another"))).granted).toBe(1);
});

test("a clock that was ahead and is right again does not empty a bucket for as long", async () => {
  const [store] = stores();
  const request = bucket("ahead", { want: 10, perSecond: 1 });
  await store.lease(request);
  await database.db.prisma
    .$executeRaw`UPDATE "RequestBucket" SET at = at + interval '1 day' WHERE bucket = 'ahead'`;
  expect(await store.lease(request)).toMatchObject({ granted: 0 });
  await database.db.prisma
    .$executeRaw`UPDATE "RequestBucket" SET at = at - interval '5 seconds' WHERE bucket = 'ahead'`;
  expect((await store.lease(request)).granted).toBeGreaterThanOrEqual(5);
});

test("a wait of any length that Azure names is bounded, so that a wrong one stops no one for weeks", async () => {
  const [store] = stores();
  const request = bucket("weeks");
  await store.lease(request);
  await store.block(request, 90 * 24 * 3_600_000);
  const { granted, waitMs } = await store.lease(request);
  expect(granted).toBe(0);
  expect(waitMs).toBeLessThanOrEqual(3_600_000);
});

test("what Azure reports counts from now, not from the last lease", async () => {
  const [store] = stores();
  const request = bucket("settled", { size: 100, perSecond: 1 });
  await store.lease({ ...request, want: 90 });
  await database.db.prisma
    .$executeRaw`UPDATE "RequestBucket" SET at = at - interval '60 seconds' WHERE bucket = 'settled'`;
  await store.lower(request, 2);
  expect((await store.lease({ ...request, want: 50 })).granted).toBeLessThanOrEqual(3);
});
