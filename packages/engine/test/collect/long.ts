/** The long form of the model of collection: seed after seed, until the time is over. */
import { Model } from "./model.ts";

const MINUTE = 60_000;

/** @returns how many models ran. @throws the first failure, with its seed */
export async function runCollectModels({
  seed,
  untilMs,
}: {
  readonly seed: number;
  readonly untilMs: number;
}) {
  const sum = { models: 0, steps: 0, points: 0, kills: 0, restores: 0, late: 0, compacted: 0, removed: 0 };
  for (let next = seed; Date.now() < untilMs; next++) {
    const steps = 4_000;
    const model = new Model({ seed: next, steps, turnMs: (1 + (next % 12)) * MINUTE });
    try {
      const { points, kills, restores, late, compacted, removed } = await model.run();
      if (model.garbage().length > 0) throw new Error(`Packs are left: ${model.garbage().join(" ")}`);
      sum.models++;
      sum.steps += steps;
      sum.points += points;
      sum.kills += kills;
      sum.restores += restores;
      sum.late += late;
      sum.compacted += compacted;
      sum.removed += removed;
    } catch (error) {
      throw new Error(`The model of collection with seed ${next} failed.`, { cause: error });
    }
  }
  return sum;
}
