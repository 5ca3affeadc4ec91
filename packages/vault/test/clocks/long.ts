/** The long form of the model with wrong clocks: seed after seed, until the time is over. */
import { ClockModel } from "./model.ts";

/** @returns what happened. @throws the first failure, with its seed */
export async function runClockModels({ seed, untilMs }: { readonly seed: number; readonly untilMs: number }) {
  const sum = { models: 0, steps: 0, points: 0, kills: 0, freed: 0, jumps: 0, mostSkewHours: 0 };
  for (let next = seed; Date.now() < untilMs; next++) {
    const steps = 4_000;
    const { points, kills, freed, jumps, mostSkewHours } = await new ClockModel({ seed: next, steps }).run();
    sum.models++;
    sum.steps += steps;
    sum.points += points;
    sum.kills += kills;
    sum.freed += freed;
    sum.jumps += jumps;
    sum.mostSkewHours = Math.max(sum.mostSkewHours, mostSkewHours);
  }
  return sum;
}
