/** The limit of bandwidth of a policy, shared by two engines: real rows, and time that passes only while a part waits. */
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { type TimedClock } from "@kluis/domain";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { PolicyRates } from "../src/runtime/policy-rates.ts";
import { addPolicy, addTransfer } from "./transfers.ts";
import { MIB, standardPolicy } from "./world.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const { signal } = new AbortController();
const log = openLog({ format: "text", level: "error" });

/** An engine whose time passes only while it waits. */
function engine() {
  let nowMs = 0;
  const clock: TimedClock = {
    now: () => new Date(nowMs),
    elapsedMs: () => nowMs,
    wait: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  return { rates: new PolicyRates({ db: database.db, clock, log }), clock };
}

/** A policy whose limit is 30 MiB per second, and three parts of its backups that move. Returns its id. */
async function movingPolicy(): Promise<string> {
  const { prisma } = database.db;
  const document = { ...standardPolicy, transfer: { window: null, bandwidth: 30 } };
  const policyVersionId = await addPolicy(database.db, "slow", document);
  for (const [vm, parts] of [
    ["web-01", 1],
    ["web-02", 2],
  ] as const)
    await addTransfer(database.db, { vm, parts, policyVersionId });
  // A restore and a backup of no policy are not limited, and are not counted.
  await addTransfer(database.db, { vm: "web-03", kind: "restore-disk", policyVersionId });
  await addTransfer(database.db, { vm: "web-04" });
  await prisma.jobSegment.updateMany({ data: { state: "running" } });
  return (await prisma.policyVersion.findUniqueOrThrow({ where: { id: policyVersionId } })).policyId;
}

/** Moves ten packs in each part at once. Returns the seconds that the engine needs. */
async function move(policyId: string, parts: number, { rates, clock } = engine()): Promise<number> {
  const part = () =>
    rates.within(policyId, async (rate) => {
      for (let n = 0; n < 10; n++) await rate?.take(10 * MIB, signal);
    });
  await Promise.all(Array.from({ length: parts }, part));
  return clock.elapsedMs() / 1000;
}

it("gives each moving part the same share, whatever engine moves it", async () => {
  const policyId = await movingPolicy();
  // 100 MiB at 10 MiB/s, less the pack that leaves at once and the second in the bucket.
  expect(await move(policyId, 1)).toBeCloseTo(8, 0);
  // Twice as much at 20 MiB/s.
  expect(await move(policyId, 2)).toBeCloseTo(8.5, 0);
});

it("follows a change of the limit while parts move, and has none for other work", async () => {
  const policyId = await movingPolicy();
  const { rates, clock } = engine();
  await rates.within(policyId, async (rate) => {
    await rate?.take(500 * MIB, signal);
    const document = { ...standardPolicy };
    await database.db.prisma.policyVersion.updateMany({ where: { policyId }, data: { document } });
    await rate?.take(500 * MIB, signal);
    await rate?.take(500 * MIB, signal);
  });
  // It waits until the limit is read again, and not the 50 s that the first pack needs.
  expect(clock.elapsedMs()).toBeLessThanOrEqual(15_000);
  expect(await rates.within(null, (rate) => Promise.resolve(rate))).toBeNull();
});
