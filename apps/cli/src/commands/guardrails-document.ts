/** Guardrails from options and a file: the document that a command sends. */
import { type Guardrails, guardrailsSchema, requiredVaultKeys, requiredVerifications } from "@kluis/domain";
import { z } from "zod";
import { listOption, option } from "../command.ts";
import { UsageError } from "../failure.ts";
import { choice, text, wholeNumber } from "../values.ts";
import { readYaml } from "../yaml-file.ts";

const none = z.literal("none").transform(() => null);
const numberOrNone = z.union(
  [none, z.literal("0").transform(Number), wholeNumber],
  "Use a whole number, or none.",
);
const list = z.array(text).min(1);

/** One option for each guardrail; `none` (or `allowed`) ends the restriction. */
export const guardrailOptions = {
  file: option("file", "all guardrails as YAML or JSON; other options change it", text.optional()),
  shortestDays: option("n", "days with a recovery point, at least; or none", numberOrNone.optional()),
  longestInterval: option("hours", "hours between backups, at most; or none", numberOrNone.optional()),
  instantRestoreLeast: option("n", "days of instant restore, at least; or none", numberOrNone.optional()),
  instantRestoreMost: option("n", "days of instant restore, at most; or none", numberOrNone.optional()),
  verification: option(
    "kind",
    "quick, sampled, full, or none",
    choice([...requiredVerifications, "none"]).optional(),
  ),
  verifyEveryDays: option("n", "days between verifications, at most", wholeNumber.optional()),
  softDeleteDays: option(
    "n",
    "days to bring back a removed point, at least; or none",
    numberOrNone.optional(),
  ),
  vaultRegions: listOption("region", "where vaults may be; or none", list.optional()),
  vaultKeys: listOption(
    "key",
    "what a vault needs: recovery-proven, key-vault; or none",
    z
      .array(choice([...requiredVaultKeys, "none"]))
      .min(1)
      .optional(),
  ),
  restoreRegions: listOption("region", "where restores may go; or none", list.optional()),
  downloads: option("what", "allowed or refused", choice(["allowed", "refused"]).optional()),
  networks: listOption(
    "network",
    "the only ones that may download, such as 10.0.0.0/8; or none",
    list.optional(),
  ),
  tagScopes: option(
    "what",
    "scopes of teams by tag: allowed or refused",
    choice(["allowed", "refused"]).optional(),
  ),
  secondPerson: option(
    "what",
    "for changes of configuration: required or none",
    choice(["required", "none"]).optional(),
  ),
};
export type GuardrailOptions = z.output<z.ZodObject<typeof guardrailOptions>>;

/**
 * Returns the document: that of the file or else `before`, changed by the options.
 * @throws UsageError for a file that cannot be read, and for guardrails that are not valid
 */
export async function guardrailsFrom(options: GuardrailOptions, before: Guardrails): Promise<Guardrails> {
  const { file } = options;
  const whole = file === undefined ? before : checked(await readYaml(file), `The guardrails in ${file}`);
  return checked(changedBy(whole, options), "The guardrails");
}

function checked(value: unknown, what: string): Guardrails {
  const parsed = guardrailsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new UsageError(`${what} are not valid.`, `${where}${issue?.message ?? ""}`);
}

function changedBy(base: Guardrails, options: GuardrailOptions): unknown {
  const { downloads, tagScopes, secondPerson } = options;
  return {
    ...base,
    retention: { ...base.retention, ...given("shortestDays", options.shortestDays) },
    schedule: { ...base.schedule, ...given("longestIntervalHours", options.longestInterval) },
    instantRestore: {
      ...base.instantRestore,
      ...given("leastDays", options.instantRestoreLeast),
      ...given("mostDays", options.instantRestoreMost),
    },
    verification: verificationOf(base.verification, options),
    softDelete: { ...base.softDelete, ...given("leastDays", options.softDeleteDays) },
    vaults: {
      ...base.vaults,
      ...given("regions", listOf(options.vaultRegions)),
      ...given("keys", listOf(options.vaultKeys)),
    },
    restore: { ...base.restore, ...given("regions", listOf(options.restoreRegions)) },
    downloads: {
      ...base.downloads,
      ...given("networks", listOf(options.networks)),
      ...given("allowed", downloads && downloads === "allowed"),
    },
    teams: { ...base.teams, ...given("tagScopes", tagScopes && tagScopes === "allowed") },
    approvals: {
      ...base.approvals,
      ...given("configuration", secondPerson && (secondPerson === "required" ? "enforced" : null)),
    },
  };
}

/** Undefined leaves the present value, null removes it. */
function given(key: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [key]: value ?? undefined };
}

function listOf(values: readonly string[] | undefined): readonly string[] | null | undefined {
  return values?.length === 1 && values[0] === "none" ? null : values;
}

function verificationOf(
  before: Guardrails["verification"],
  { verification: mode, verifyEveryDays }: GuardrailOptions,
): unknown {
  if (mode === "none") return undefined;
  if (mode === undefined && verifyEveryDays === undefined) return before;
  return {
    ...before,
    ...given("mode", mode),
    ...given("everyDays", verifyEveryDays),
  };
}
