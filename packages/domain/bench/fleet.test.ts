import { expect, test } from "vitest";
import { runFleet, slotsAt } from "./fleet.ts";
import { type FleetOptions, makeFleet } from "./fleet-world.ts";
import { TimeQueue } from "./time-queue.ts";

const small: FleetOptions = { seed: 7, vms: 400, days: 2, outages: false, oneTeamTimes: 1, slowness: 6 };

test("with room to spare every deadline holds; an outage of two hours costs none", () => {
  const world = makeFleet({ ...small, outages: true });
  const run = runFleet(world, "room", slotsAt(world, 1.5));
  expect(run).toMatchObject({ missed: 0, unfinished: 0 });
  expect(run.backups).toBeGreaterThan(500);
});

test("beyond capacity, every miss is reported before, everything ends, and no restore waits", () => {
  const world = makeFleet(small);
  const run = runFleet(world, "less", slotsAt(world, 0.5));
  expect(run.missed).toBeGreaterThan(0);
  expect(run.missedWarned).toBe(run.missed);
  expect(run.unfinished).toBe(0);
  expect(run.restoreWaitMost).toBeLessThan(30 * 60_000);
});

test("a team that suddenly moves more than its share misses its own deadlines, and not those of others", () => {
  const world = makeFleet({ ...small, oneTeamTimes: 12 });
  const usual = makeFleet(small);
  const run = runFleet(world, "one team", slotsAt(usual, 1.2));
  expect(run.missedBy.third).toBeGreaterThan(0);
  expect(run.missedBy.others).toBeLessThan(run.missedBy.third / 10);
});

test("the queue of times returns values in order, equal times in the order of their addition", () => {
  const queue = new TimeQueue<string>();
  for (const [at, value] of [
    [3, "d"],
    [1, "a"],
    [2, "b"],
    [2, "c"],
  ] as const)
    queue.add(at, value);
  const taken = Array.from({ length: 5 }, () => queue.take()?.value ?? null);
  expect(taken).toEqual(["a", "b", "c", "d", null]);
});
