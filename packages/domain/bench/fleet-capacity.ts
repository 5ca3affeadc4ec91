/** The smallest number of slots that can meet every deadline of a week, whatever the order: the bound that a run is compared with. */
import { limits } from "../src/base/limits.ts";
import { deadlineForOrder } from "../src/transfers/transfer-window.ts";
import { type FleetJob, type FleetWorld, releaseOf } from "./fleet-world.ts";

/** Time of requests that each part needs besides its bytes. */
export const PART_OVERHEAD_MS = limits.segmentOverheadMs;
const STEP_MS = 15 * 60_000;

/** Time that a job needs in one slot. */
export function workOf(world: FleetWorld, job: FleetJob): number {
  const rate = world.rates[job.group] ?? 1;
  return job.parts.reduce((sum, bytes) => sum + bytes / rate + PART_OVERHEAD_MS, 0);
}

/**
 * Returns the most work of any interval, divided by its length: work that becomes ready in the interval and must end in it.
 * An estimate: it leaves out restores and verifications.
 */
export function slotsNeeded(world: FleetWorld): number {
  const timed = world.jobs.flatMap((job) =>
    job.deadlineAt === null
      ? []
      : [
          {
            from: releaseOf(job),
            until: deadlineForOrder(job.spans, releaseOf(job), job.deadlineAt),
            work: workOf(world, job),
          },
        ],
  );
  const start = Math.min(...timed.map(({ from }) => from));
  const step = (at: number): number => Math.floor((at - start) / STEP_MS);
  const steps = Math.max(0, ...timed.map(({ until }) => step(until))) + 2;
  // due[from][until]: work that becomes ready at or after a step, by the step of its deadline. Rounded outward, so never too much.
  const due = new Float64Array(steps);
  const byRelease = Map.groupBy(timed, ({ from }) => step(from));
  let most = 0;
  for (let from = steps - 1; from >= 0; from--) {
    for (const { until, work } of byRelease.get(from) ?? []) {
      const last = step(until) + 1;
      due[last] = (due[last] ?? 0) + work;
    }
    let demand = 0;
    for (let until = from + 1; until < steps; until++) {
      demand += due[until] ?? 0;
      most = Math.max(most, demand / ((until - from) * STEP_MS));
    }
  }
  return most;
}
