/** A policy from options and files: the document that a command sends. */
import { hourlyIntervals, type PolicyDocument, policyDocumentSchema } from "@kluis/domain";
import { z } from "zod";
import { listOption, option } from "../command.ts";
import { UsageError } from "../failure.ts";
import { choice, text, wholeNumber } from "../values.ts";
import { readYaml } from "../yaml-file.ts";

const { wanted, otherwise, vss } = policyDocumentSchema.shape.consistency.shape;
const days = wholeNumber.or(z.literal("0").transform(Number));

/** The options that `create` and `edit` share. */
export const documentOptions = {
  file: option("file", "the whole policy as YAML or JSON; other options change it", text.optional()),
  times: listOption("time", "daily at these times, such as 01:00", z.array(text).optional()),
  every: option(
    "hours",
    "every few hours instead",
    choice(hourlyIntervals.map(String)).transform(Number).optional(),
  ),
  from: option("time", "with --every: first run of each day", text.optional()),
  hours: option("n", "with --every: hours with runs, 24 for the whole day", wholeNumber.optional()),
  timeZone: option("zone", "IANA name, such as Europe/Amsterdam", text.optional()),
  keepLast: option("n", "newest points kept", days.optional()),
  daily: option("n", "days with a point each; 0 for none", days.optional()),
  weekly: option("n", "weeks with a point each", days.optional()),
  monthly: option("n", "months with a point each", days.optional()),
  yearly: option("n", "years with a point each", days.optional()),
  instantRestoreDays: option("n", "days to keep the snapshot in Azure", days.optional()),
  softDeleteDays: option("n", "days to bring back a removed point", days.optional()),
  consistency: option("level", "application or crash", choice(wanted.options).optional()),
  ifNotPossible: option("what", "continue or fail", choice(otherwise.options).optional()),
  vss: option("type", "VSS backup type: full or copy", choice(vss.options).optional()),
};
export type DocumentOptions = z.output<z.ZodObject<typeof documentOptions>>;

/** What a new policy has where neither its file nor an option says something. */
const defaults = {
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
} as const;

/**
 * Returns the document: that of the file or else `before`, changed by the options.
 * @throws UsageError for a file that cannot be read, and for a policy that is not valid
 */
export async function documentFrom(
  options: DocumentOptions,
  before: PolicyDocument | null,
): Promise<PolicyDocument> {
  const { file } = options;
  const base: z.output<typeof draft> =
    file === undefined ? (before ?? defaults) : { ...defaults, ...(await draftIn(file)) };
  const parsed = policyDocumentSchema.safeParse(changedBy(base, options));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error, file === undefined ? "The policy" : `The policy in ${file}`);
}

/** Checked whole after the options have changed it. */
const draft = z.looseObject({
  schedule: z.looseObject({ kind: z.unknown(), timeZone: z.unknown() }).optional(),
  retention: z.looseObject({}).optional(),
  consistency: z.looseObject({}).optional(),
});

/** @throws UsageError */
async function draftIn(file: string): Promise<z.output<typeof draft>> {
  const parsed = draft.safeParse(await readYaml(file));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error, `The policy in ${file}`);
}

function changedBy(base: z.output<typeof draft>, options: DocumentOptions): unknown {
  const { keepLast, daily, weekly, monthly, yearly, instantRestoreDays, softDeleteDays } = options;
  const tiers = Object.entries({ keepLast, daily, weekly, monthly, yearly });
  // 0 removes a tier.
  const retention = Object.fromEntries(
    [...Object.entries(base.retention ?? {}), ...tiers.filter(([, count]) => count !== undefined)].filter(
      ([, count]) => count !== 0,
    ),
  );
  return {
    ...base,
    schedule: scheduleFrom(base.schedule, options),
    retention,
    ...(instantRestoreDays === undefined ? {} : { instantRestoreDays }),
    ...(softDeleteDays === undefined ? {} : { softDeleteDays }),
    consistency: {
      ...base.consistency,
      ...(options.consistency === undefined ? {} : { wanted: options.consistency }),
      ...(options.ifNotPossible === undefined ? {} : { otherwise: options.ifNotPossible }),
      ...(options.vss === undefined ? {} : { vss: options.vss }),
    },
  };
}

/** @throws UsageError for options of two kinds of schedule */
function scheduleFrom(base: z.output<typeof draft>["schedule"], options: DocumentOptions): unknown {
  const { times, every, from, hours } = options;
  const hasWindow = every !== undefined || from !== undefined || hours !== undefined;
  if (times !== undefined && hasWindow)
    throw new UsageError("--times and --every exclude each other.", "Use one of them.");
  const timeZone = options.timeZone ?? base?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (times !== undefined)
    return { ...(base?.kind === "weekly" ? base : { kind: "daily" }), times, timeZone };
  if (!hasWindow) return base === undefined ? undefined : { ...base, timeZone };
  const was = base?.kind === "hourly" ? base : { windowStart: "00:00", windowHours: 24 };
  return {
    ...was,
    kind: "hourly",
    timeZone,
    ...(every === undefined ? {} : { everyHours: every }),
    ...(from === undefined ? {} : { windowStart: from }),
    ...(hours === undefined ? {} : { windowHours: hours }),
  };
}

function invalid(error: z.ZodError, subject: string): UsageError {
  const [issue] = error.issues;
  const where = issue === undefined ? "" : issue.path.map(String).join(".");
  const what = issue?.message ?? "";
  const missing = where === "schedule" ? " Use --times, --every or --file." : "";
  return new UsageError(`${subject} is not valid.`, `${where === "" ? "" : `${where}: `}${what}${missing}`);
}
