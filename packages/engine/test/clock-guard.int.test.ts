/** Engines on machines with a wrong clock: what they do runs at the database's time, and they neither schedule nor collect. */
import { databaseNow, listAttention } from "@kluis/db";
import type { TimedClock } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Engine, startEngine } from "../src/engine.ts";
import { parseEngineEnv } from "../src/env.ts";
import { discover } from "../src/inventory/discover.ts";
import { controlTasks, dataTasks } from "../src/tasks.ts";
import { MIB, random, standardPolicy, World } from "./world.ts";

const HOUR = 3_600_000;

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterEach(async () => {
  for (const engine of world.engines.splice(0)) await engine.stop();
});
afterAll(async () => {
  await world.stop();
});

async function engineAhead(ms: number): Promise<Engine> {
  const clock: TimedClock = {
    now: () => new Date(world.clock.now().getTime() + ms),
    elapsedMs: () => world.clock.elapsedMs(),
    wait: (span, signal) => world.clock.wait(span, signal),
  };
  const engine = await startEngine(parseEngineEnv(world.engineEnv), { recurring: false, clock });
  world.engines.push(engine);
  return engine;
}

function tickAndCollect({ deps }: Engine): Promise<unknown[]> {
  const run = { deps, payload: {}, signal: AbortSignal.timeout(60_000) };
  return Promise.all([controlTasks["schedule.tick"].run(run), dataTasks["vault.collect"].run(run)]);
}

async function clockAttention() {
  const rows = await listAttention(world.db.prisma, { all: true }, 10);
  return rows.filter(({ kind }) => kind === "clock");
}

it("an engine two hours ahead backs up at the right time, and leaves schedule and collection to others", async () => {
  const wrong = await engineAhead(2 * HOUR);
  expect(wrong.deps.clockGuard.problem).toMatchObject({ code: "CLOCK_WRONG", reason: "database" });
  expect(await clockAttention()).toMatchObject([
    { error: { params: { seconds: 7_200, direction: "ahead" } } },
  ]);
  expect(await tickAndCollect(wrong)).toEqual([{ againInMs: 5_000 }, { againInMs: 5_000 }]);

  const image = await world.image("clock", 24 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "clock", disks: [image], policy: standardPolicy });
  const before = await databaseNow(world.db.prisma);
  const job = await world.ended(await world.startBackup(vmId));
  const after = await databaseNow(world.db.prisma);
  expect(job.state).toBe("succeeded");
  const steps = await world.db.prisma.jobStep.findMany({ where: { jobId: job.id } });
  const point = await world.pointOf(job.id);
  const times = [job.createdAt, job.startedAt, point.createdAt, point.transferStartedAt];
  for (const at of [...times, ...steps.map(({ endedAt }) => endedAt)]) {
    // Times of the vault and of Azure's answers are whole seconds.
    expect(at?.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1_000);
    expect(at?.getTime()).toBeLessThanOrEqual(after.getTime() + 1_000);
  }

  const right = await engineAhead(0);
  expect(right.deps.clockGuard.problem).toBeNull();
  expect(await tickAndCollect(right)).toEqual([null, null]);
  await wrong.stop();
  expect(await clockAttention()).toEqual([]);
});

it("an engine whose clock differs from Azure's says so after two checks, until they agree", async () => {
  const engine = await engineAhead(0);
  const { deps } = engine;
  const look = async (): Promise<string | null> => {
    await discover(deps, null, AbortSignal.timeout(30_000));
    await deps.clockGuard.check(deps);
    return deps.clockGuard.problem?.reason ?? null;
  };
  await look();
  await world.control.advanceClock(10 * 60_000);
  expect([await look(), await look()].at(-1)).toBe("azure");
  expect(await clockAttention()).toHaveLength(1);
});
