import { Command, InvalidArgumentError, Option } from "commander";
import type { FaultEffect, FaultInput } from "../faults/model.ts";

/** What `fault add` takes, as commander gives it. */
export interface FaultOptions {
  operation?: string;
  method?: string;
  path?: string;
  times?: number;
  skip?: number;
  probability?: number;
  seed?: number;
  status?: number;
  code?: string;
  message?: string;
  retryAfter?: number;
  ms?: number;
  bytes?: number;
  bytesPerSecond?: number;
}

const effects: readonly FaultEffect["type"][] = [
  "fail",
  "throttle",
  "hang",
  "drop",
  "delay",
  "cut",
  "slow",
  "revoke",
];

export function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("A whole number, 0 or more.");
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("A number from 0 to 1.");
  return value;
}

function effectName(text: string): FaultEffect["type"] {
  const found = effects.find((effect) => effect === text);
  if (!found) throw new InvalidArgumentError(`One of: ${effects.join(", ")}.`);
  return found;
}

/** `fault add EFFECT …` without its action. */
export function faultAddCommand(): Command {
  return new Command("add")
    .description("make calls go wrong")
    .argument("<effect>", effects.join(" | "), effectName)
    .option(
      "--operation <name>",
      "call, e.g. restorePoints.create, blob.get, work:restorePoints.create, guest.vss; * at the end",
    )
    .option("--method <method>", "HTTP method")
    .option("--path <regexp>", "regular expression on the path")
    .option("--times <n>", "how often (default: until cleared)", whole)
    .option("--skip <n>", "calls that pass first", whole)
    .option("--probability <p>", "0 to 1", share)
    .option("--seed <n>", "of the probability, so that a run repeats", whole)
    .addOption(new Option("--status <code>", "fail: HTTP status").argParser(whole))
    .option("--code <code>", "fail: error code")
    .option("--message <text>", "fail: message")
    .option("--retry-after <seconds>", "throttle", whole)
    .option("--ms <ms>", "delay", whole)
    .option("--bytes <n>", "cut, revoke: body bytes that still arrive", whole)
    .option("--bytes-per-second <n>", "slow", whole);
}

/** Input of the control API from the options; only what was given. */
export function faultInput(type: FaultEffect["type"], options: FaultOptions): FaultInput {
  const { operation, method, path, times, skip, probability, seed } = options;
  return {
    match: {
      ...(operation === undefined ? {} : { operation }),
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { path }),
    },
    effect: effectInput(type, options),
    ...(times === undefined ? {} : { times }),
    ...(skip === undefined ? {} : { skip }),
    ...(probability === undefined ? {} : { probability }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function effectInput(type: FaultEffect["type"], options: FaultOptions): FaultInput["effect"] {
  switch (type) {
    case "fail": {
      const { status, code, message } = options;
      return {
        type,
        ...(status === undefined ? {} : { status }),
        ...(code === undefined ? {} : { code }),
        ...(message === undefined ? {} : { message }),
      };
    }
    case "throttle":
      return { type, ...(options.retryAfter === undefined ? {} : { retryAfterSeconds: options.retryAfter }) };
    case "delay":
      return { type, ms: options.ms ?? 1000 };
    case "cut":
      return { type, bytes: options.bytes ?? 0 };
    case "slow":
      return { type, bytesPerSecond: options.bytesPerSecond ?? 65_536 };
    case "revoke":
      return { type, bytes: options.bytes ?? 0 };
    case "hang":
    case "drop":
      return { type };
  }
}
