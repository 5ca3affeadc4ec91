/** The short form of the refusal matrix: every operation and every refusal at least once. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { World } from "../world.ts";
import { operations } from "./operations.ts";
import { refusals } from "./refusals.ts";
import { coarseWeek, Matrix, type Pair } from "./runner.ts";

let world: World;
let matrix: Matrix;

beforeAll(async () => {
  world = await World.start();
  matrix = new Matrix(world, await world.startEngine({ azureTimeoutMs: 1_500 }));
});
afterAll(() => world.stop());

/** Each operation meets the next refusal. */
const pairs: readonly Pair[] = operations
  .filter(({ surface, trigger }) => surface !== "vault" && trigger !== "discovery")
  .map((operation, at) => ({ operation, refusal: refusals[at % refusals.length] ?? "500" }));

it("ends every job in a defined state, and leaves nothing in Azure", async () => {
  const only = process.env["MX"]; const verdicts = await matrix.run(only === undefined ? pairs : pairs.filter(({ operation }) => only.split(",").includes(operation.name)), coarseWeek);
  for (const { operation, refusal, ...rest } of verdicts)
    console.log(operation.name, refusal, JSON.stringify(rest));
  expect(verdicts.filter(({ problems }) => problems.length > 0)).toEqual([]);
}, 400_000);
