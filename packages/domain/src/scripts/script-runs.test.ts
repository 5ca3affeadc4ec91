import { expect, test } from "vitest";
import { readScriptRuns } from "./script-runs.ts";

test("the runs of scripts are read from a step, also one that did not end", () => {
  const runs = [
    { script: "pre", exitCode: 0, seconds: 1.5, output: "flushed" },
    { script: "post", exitCode: null, seconds: null, output: "" },
  ];
  expect(readScriptRuns({ scripts: { succeeded: false, findings: [], runs } })).toEqual(runs);
});

test("a step without scripts has none", () => {
  expect(readScriptRuns({})).toEqual([]);
  expect(readScriptRuns({ scripts: { runs: [{ script: "other" }] } })).toEqual([]);
});
