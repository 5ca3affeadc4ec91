import { array, assert, constantFrom, property, record } from "fast-check";
import { expect, test } from "vitest";
import {
  downgradesForAttention,
  downgradesNotice,
  type ReachedLevel,
  runOfDowngrades,
} from "./consistency-run.ts";

const lower: ReachedLevel = { wanted: "application", reached: "crash" };
const good: ReachedLevel = { wanted: "application", reached: "application" };

test("one failure of VSS, which Azure repeats three times, needs no attention; a fifth point does", () => {
  const file: ReachedLevel = { wanted: "application", reached: "file" };
  expect(downgradesNotice([file, file, file, file, good])).toBeNull();
  expect(downgradesNotice([lower, file, file, file, file, good])).toEqual({
    code: "consistency-downgrades",
    params: { points: 5, wanted: "application", reached: "crash" },
  });
  expect(downgradesNotice([])).toBeNull();
});

test("property: a point of the requested level ends the run", () => {
  const level = constantFrom("application", "file", "crash");
  assert(
    property(array(record({ wanted: level, reached: level } as const)), (points) => {
      const run = runOfDowngrades(points);
      return (
        runOfDowngrades([good, ...points]) === 0 &&
        runOfDowngrades([lower, ...points]) === run + 1 &&
        (downgradesNotice(points) === null) === run < downgradesForAttention
      );
    }),
  );
});
