/** The command line of `fault add`, derived from the table in `faults/effects.ts`. */
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { LocalAzureError } from "../errors.ts";
import { describeEffects, type EffectOption } from "../faults/effects.ts";
import { type FaultInput, faultInputSchema } from "../faults/rule.ts";

const effects = describeEffects();

/** Parses a whole number of 0 or more. */
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

function effectType(text: string): string {
  if (effects.some(({ type }) => type === text)) return text;
  throw new InvalidArgumentError(`One of: ${effects.map(({ type }) => type).join(", ")}.`);
}

/** One option per flag; the help names every effect that takes it. */
function effectOptions(): Option[] {
  const byFlags = new Map<string, { option: EffectOption; types: string[] }>();
  for (const { type, options } of effects)
    for (const option of Object.values(options)) {
      const known = byFlags.get(option.flags) ?? { option, types: [] };
      known.types.push(type);
      byFlags.set(option.flags, known);
    }
  return [...byFlags.values()].map(({ option, types }) => {
    const made = new Option(option.flags, `${types.join(", ")}: ${option.help}`);
    return option.value === "number" ? made.argParser(whole) : made;
  });
}

/** `fault add EFFECT …` without its action. */
export function faultAddCommand(): Command {
  const command = new Command("add")
    .description("add a fault rule")
    .argument("<effect>", effects.map(({ type }) => type).join(" | "), effectType)
    .option(
      "--operation <name>",
      "call, e.g. restorePoints.create, blob.get, work:restorePoints.create, guest.vss; * at the end",
    )
    .option("--on <name>", "same as --operation")
    .option("--method <method>", "HTTP method")
    .option("--path <regexp>", "regular expression on the path")
    .option("--times <n>", "number of hits (default: until cleared)", whole)
    .option("--skip <n>", "matching calls that pass first", whole)
    .option("--probability <p>", "0 to 1", share)
    .option("--seed <n>", "seed of the probability; the same seed repeats a run", whole);
  for (const option of effectOptions()) command.addOption(option);
  const summaries = effects.map(({ type, summary }) => `  ${type.padEnd(10)}${summary}`);
  return command.addHelpText("after", `\nEffects:\n${summaries.join("\n")}`);
}

/**
 * Builds the input of the control API from the parsed options.
 * @throws LocalAzureError `INVALID_INPUT` when a value is out of its range
 */
export function faultInput(type: string, given: Record<string, unknown>): FaultInput {
  const { on, operation = on, method, path, times, skip, probability, seed } = given;
  const options = effects.find((known) => known.type === type)?.options ?? {};
  const effect: Record<string, unknown> = { type };
  for (const [name, { flags }] of Object.entries(options))
    effect[name] = given[new Option(flags).attributeName()];
  const input = faultInputSchema.safeParse({
    match: { operation, method, path },
    effect,
    times,
    skip,
    probability,
    seed,
  });
  if (input.success) return input.data;
  throw new LocalAzureError("INVALID_INPUT", z.prettifyError(input.error), {
    action: "`local-azure fault add --help` lists the options of each effect.",
  });
}
