/** How the points of a policy are verified by schedule. */
import { type PolicyDocument, verificationRuleSchema } from "@kluis/domain";
import { argument, defineCommand, option } from "../command.ts";
import { UsageError } from "../failure.ts";
import { choice, text, wholeNumber } from "../values.ts";
import { editPolicy } from "./edit-policy.ts";

const modes = ["quick", "sampled", "full", "none"] as const;

export const policyVerification = defineCommand({
  name: "policy-verification",
  summary: "Set how a policy verifies its recovery points",
  details:
    "Verifications run between 20:00 and 06:00 in the policy's time zone, after restores and backups. A sampled one reads the next part of each " +
    "point every night, so that its rounds cover the point: points that were never read first, then those that were read longest ago.",
  input: {
    policy: argument("name or id", text),
    mode: argument("quick, sampled, full or none", choice(modes)),
    everyDays: option("n", "days between two quick or full verifications of a point", wholeNumber.optional()),
    percent: option("n", "of each point that a sampled one reads in a night", wholeNumber.optional()),
    gib: option("n", "GiB of the disks of each VM that sampled ones read in a night", wholeNumber.optional()),
  },
  examples: [
    "policy-verification standard-daily sampled --percent 10",
    "policy-verification standard-daily sampled --gib 500",
    "policy-verification standard-daily full --every-days 30",
    "policy-verification standard-daily none",
  ],
  run: async (session, { policy, ...asked }) => {
    const verification = ruleOf(asked);
    return editPolicy(session, policy, ({ verification: _replaced, ...rest }) =>
      verification === undefined ? rest : { ...rest, verification },
    );
  },
});

interface Asked {
  readonly mode: (typeof modes)[number];
  readonly everyDays?: number | undefined;
  readonly percent?: number | undefined;
  readonly gib?: number | undefined;
}

/** @throws UsageError when the options do not fit the mode */
function ruleOf({ mode, everyDays, percent, gib }: Asked): PolicyDocument["verification"] {
  const amounts = [percent, gib].filter((amount) => amount !== undefined);
  if (mode === "none" ? everyDays !== undefined || amounts.length > 0 : false)
    throw new UsageError("none has no options.", "Leave them out.");
  if (mode === "none") return undefined;
  if (mode === "sampled" ? everyDays !== undefined || amounts.length !== 1 : amounts.length > 0)
    throw new UsageError(
      "The options do not fit the mode.",
      "Use --percent or --gib with sampled, and --every-days with quick or full.",
    );
  const nightly = percent === undefined ? { unit: "gib", amount: gib } : { unit: "percent", amount: percent };
  const rule = mode === "sampled" ? { mode, nightly } : { mode, everyDays: everyDays ?? 7 };
  const parsed = verificationRuleSchema.safeParse(rule);
  if (!parsed.success)
    throw new UsageError("The number is out of range.", "Use 1 to 365 days, 1 to 100 percent, or GiB.");
  return parsed.data;
}
