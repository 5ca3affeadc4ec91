import { Command } from "commander";
import { expect, test } from "vitest";
import { LocalAzureError } from "../errors.ts";
import { describeEffects } from "../faults/effects.ts";
import { faultAddCommand, faultInput } from "./fault-options.ts";

function parse(...words: string[]): unknown {
  let parsed: unknown;
  const add = faultAddCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action((type: string, options: Record<string, unknown>) => {
      parsed = faultInput(type, options);
    });
  new Command().addCommand(add).parse(["add", ...words], { from: "user" });
  return parsed;
}

test.each([
  [
    "fail --status 503 --code Busy --message Later",
    { type: "fail", status: 503, code: "Busy", message: "Later" },
  ],
  ["throttle --retry-after 7", { type: "throttle", retryAfterSeconds: 7 }],
  ["throttle", { type: "throttle", retryAfterSeconds: 5 }],
  ["hang", { type: "hang" }],
  ["drop", { type: "drop" }],
  ["delay --ms 20", { type: "delay", ms: 20 }],
  ["delay", { type: "delay", ms: 1000 }],
  ["cut --bytes 9", { type: "cut", bytes: 9 }],
  ["cut", { type: "cut", bytes: 0 }],
  ["slow --bytes-per-second 100", { type: "slow", bytesPerSecond: 100 }],
  ["slow", { type: "slow", bytesPerSecond: 65_536 }],
  ["revoke --bytes 9", { type: "revoke", bytes: 9 }],
])("`fault add %s` sets the effect's parameters", (line, effect) => {
  expect(parse(...line.split(" "))).toMatchObject({ match: {}, effect, skip: 0, probability: 1, seed: 1 });
});

test("the options of the rule itself reach the rule", () => {
  const line =
    "hang --operation blob.* --method GET --path /md- --times 2 --skip 1 --probability 0.5 --seed 4";
  expect(parse(...line.split(" "))).toEqual({
    match: { operation: "blob.*", method: "GET", path: "/md-" },
    effect: { type: "hang" },
    times: 2,
    skip: 1,
    probability: 0.5,
    seed: 4,
  });
});

test("an unknown effect and a value out of range are refused", () => {
  expect(() => parse("explode")).toThrow(/One of: fail, /);
  expect(() => parse("fail", "--status", "200")).toThrow(LocalAzureError);
});

test("the help lists every effect with its summary", () => {
  let help = "";
  faultAddCommand()
    .configureOutput({ writeOut: (text) => void (help += text) })
    .outputHelp();
  for (const { type, summary } of describeEffects()) expect(help).toContain(`  ${type.padEnd(10)}${summary}`);
});
