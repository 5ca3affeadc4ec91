/** Assignment rules: which policy new virtual machines of a team get, by their tags. */
import {
  type RuleConditions,
  type RuleVerdict,
  ruleRefusalTexts,
  ruleVerdicts,
  ruleVerdictTexts,
} from "@kluis/domain";
import { z } from "zod";
import type { ExplainedVm, RulePreview, RuleRow } from "../api-types.ts";
import { argument, defineCommand, flag, listOption, option, print } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import type { Look } from "../look.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, text, wholeNumber } from "../values.ts";

const rule = argument("name or id", text);

const columns: readonly Column<RuleRow>[] = [
  { title: "TEAM", value: ({ team }) => team.name, shrinkTo: 12 },
  { title: "NO", value: ({ position }) => String(position), align: "right" },
  { title: "RULE", value: ({ name }) => name, shrinkTo: 14 },
  { title: "POLICY", value: ({ policy }) => policy.name, shrinkTo: 12 },
  { title: "STATE", value: stateOf },
  { title: "VMS", value: ({ vms }) => String(vms), align: "right" },
  { title: "MATCHES", value: ({ sentence }) => sentence, wrapTo: 30 },
];

function stateOf({ enabled, block }: RuleRow): string {
  if (!enabled) return "Paused";
  return block === null ? "Enabled" : "Blocked";
}

export const rulesList = defineCommand({
  name: "rules list",
  summary: "List the assignment rules in the order in which they win",
  input: {},
  examples: ["rules list"],
  run: async (session) => {
    const { rows } = await session.server.call((api) => api.rules.list.query());
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No assignment rules.", look }));
    return exitCodes.ok;
  },
});

export const rulesShow = defineCommand({
  name: "rules show",
  summary: "Show an assignment rule",
  input: { rule },
  examples: ["rules show production"],
  run: async (session, { rule: ref }) => {
    const row = await session.server.call((api) => api.rules.get.query({ rule: ref }));
    print(session, row, () =>
      [
        `${row.name}: rule ${row.position} of the team ${row.team.name}, ${stateOf(row).toLowerCase()}`,
        `Matches: ${row.sentence}.`,
        `Policy ${row.policy.name}, which it has given to ${countOf(row.vms, "virtual machine")}.`,
        `Version ${row.version}, ${minuteOf(row.savedAt)} UTC by ${row.savedBy.name}`,
        ...(row.block === null ? [] : [`It protects nothing: ${row.block.message}`, row.block.action ?? ""]),
      ].join("\n"),
    );
    return exitCodes.ok;
  },
});

const conditionOptions = {
  tag: listOption(
    "name=value",
    "a tag that must have this value, or only a name: any value",
    z.array(text).optional(),
  ),
  subscription: option("id", 'only in this subscription, or "any"', text.optional()),
  resourceGroup: option("name", 'only in this resource group, or "any"', text.optional()),
  region: option("name", 'only in this region, or "any"', text.optional()),
};
type ConditionOptions = z.output<z.ZodObject<typeof conditionOptions>>;

/** Several values of one name: the tag has one of them. A name alone: any value. */
function tagsOf(given: readonly string[]): RuleConditions["tags"] {
  const values = new Map<string, string[]>();
  for (const one of given) {
    const at = one.indexOf("=");
    const name = at < 0 ? one : one.slice(0, at);
    const known = values.get(name) ?? [];
    values.set(name, at < 0 ? known : [...known, one.slice(at + 1)]);
  }
  return [...values].map(([name, all]) => ({ name, values: all }));
}

/** The conditions that options change of those before. */
function conditionsOf(
  { tag, subscription, resourceGroup, region }: ConditionOptions,
  before: RuleConditions | null,
): RuleConditions {
  if (tag === undefined && before === null)
    throw new UsageError("A rule matches by tags.", "Use --tag NAME=VALUE, or --tag NAME.");
  const place = (given: string | undefined, was: string | undefined) =>
    given === undefined ? was : given === "any" ? undefined : given;
  return {
    tags: tag === undefined ? (before?.tags ?? []) : tagsOf(tag),
    subscriptionId: place(subscription, before?.subscriptionId),
    resourceGroup: place(resourceGroup, before?.resourceGroup),
    region: place(region, before?.region),
  };
}

const position = option("n", "its place among the rules of the team, from 1", wholeNumber.optional());

export const rulesCreate = defineCommand({
  name: "rules create",
  summary: "Create a rule that protects new VMs by their tags",
  details:
    "All tags must match; several values of one name mean any of them. The first rule of the team that matches wins. See its effect first with rules preview.",
  input: {
    name: argument("name of the rule", text),
    team: option("team", "the team whose virtual machines it protects", text),
    policy: option("name", "the policy that they get", text),
    ...conditionOptions,
    position,
    paused: flag("save it without protecting anything"),
  },
  examples: ["rules create web --team shop --policy daily --tag env=prod env=live"],
  run: async (session, { name, team, policy, position: at, paused, ...conditions }) => {
    const input = { name, team, policy, position: at, enabled: !paused };
    const saved = await session.server.call((api) =>
      api.rules.create.mutate({ ...input, conditions: conditionsOf(conditions, null) }),
    );
    print(session, saved, () => `The rule ${saved.name} is saved.`);
    return exitCodes.ok;
  },
});

export const rulesEdit = defineCommand({
  name: "rules edit",
  summary: "Change an assignment rule, pause it or resume it",
  details:
    "It applies with your rights from then on. Options that are missing change nothing; --tag replaces all tags.",
  input: {
    rule,
    name: option("name", "the new name", text.optional()),
    policy: option("name", "the policy that machines get", text.optional()),
    ...conditionOptions,
    position,
    pause: flag("protect nothing until it is resumed"),
    resume: flag("protect again"),
  },
  examples: ["rules edit production --tag env=prod --region any", "rules edit production --pause"],
  run: async (session, { rule: ref, name, policy, position: at, pause, resume, ...conditions }) => {
    if (pause && resume) throw new UsageError("Two states for one rule.", "Use --pause or --resume.");
    const before = await session.server.call((api) => api.rules.get.query({ rule: ref }));
    const input = {
      rule: before.id,
      expectedVersion: before.version,
      name,
      policy,
      position: at,
      enabled: pause ? false : resume ? true : undefined,
      conditions: conditionsOf(conditions, before.conditions),
    };
    const saved = await session.server.call((api) => api.rules.update.mutate(input));
    print(session, saved, () => `Version ${saved.version} of the rule ${saved.name} is saved.`);
    return exitCodes.ok;
  },
});

export const rulesDelete = defineCommand({
  name: "rules delete",
  summary: "Delete an assignment rule",
  details: "Virtual machines that it has protected stay under their policy.",
  input: { rule },
  examples: ["rules delete production"],
  run: async (session, { rule: ref }) => {
    const gone = await session.server.call((api) => api.rules.delete.mutate({ rule: ref }));
    print(session, gone, () => `The rule ${gone.name} is deleted.`);
    return exitCodes.ok;
  },
});

export const rulesPreview = defineCommand({
  name: "rules preview",
  summary: "Show what a rule would do with each VM, and why",
  details:
    "The dry run of a saved rule, or, with --team, --policy and --tag, of one that is not saved. With both: the rule as it would be after that change.",
  input: {
    rule: argument("name or id", text.optional()),
    team: option("team", "the team of a rule that is not saved", text.optional()),
    policy: option("name", "the policy of a rule that is not saved", text.optional()),
    ...conditionOptions,
    position,
    verdict: option("verdict", "list only these machines", choice(ruleVerdicts).optional()),
    limit: option("n", "how many machines to list", wholeNumber.default(50)),
  },
  examples: ["rules preview production", "rules preview --team shop --policy daily --tag env=prod"],
  run: async (session, { rule: ref, team, policy, position: at, verdict, limit, ...conditions }) => {
    const before =
      ref === undefined ? null : await session.server.call((api) => api.rules.get.query({ rule: ref }));
    const [ofTeam, ofPolicy] = [team ?? before?.team.id, policy ?? before?.policy.id];
    if (ofTeam === undefined || ofPolicy === undefined)
      throw new UsageError("No rule is named.", "Name a rule, or use --team, --policy and --tag.");
    const draft = {
      team: ofTeam,
      policy: ofPolicy,
      position: at,
      conditions: conditionsOf(conditions, before?.conditions ?? null),
    };
    const asked = { rule: before?.id, draft, verdict };
    let first: RulePreview | undefined;
    const rows = await allPages<ExplainedVm>(async (page) => {
      const answer = await session.server.call((api) => api.rules.preview.query({ ...asked, page }));
      first ??= answer;
      return answer;
    }, limit);
    print(session, { ...first, rows }, (look) => previewText(first, rows, look));
    return exitCodes.ok;
  },
});

const explained: readonly Column<ExplainedVm>[] = [
  { title: "VM", value: ({ name }) => name, shrinkTo: 14 },
  { title: "RESOURCE GROUP", value: ({ resourceGroup }) => resourceGroup, shrinkTo: 12 },
  { title: "VERDICT", value: ({ verdict }) => ruleVerdictTexts[verdict] },
  { title: "WHY", value: whyOf, wrapTo: 30 },
];

function previewText(preview: RulePreview | undefined, rows: readonly ExplainedVm[], look: Look): string {
  const counts = ruleVerdicts.flatMap((verdict: RuleVerdict) => {
    const count = preview?.counts[verdict] ?? 0;
    return count === 0 ? [] : [`${ruleVerdictTexts[verdict]}: ${count}`];
  });
  const block = preview?.block ?? null;
  return [
    ...(block === null ? [] : [`The rule protects nothing: ${block.message}`]),
    counts.join(", "),
    "",
    formatTable(explained, rows, { empty: "No virtual machine.", look }),
  ].join("\n");
}

function whyOf({
  verdict,
  refusal,
  error,
  policy,
  byRule,
  stopped,
  exclusion,
  earlier,
}: ExplainedVm): string {
  switch (verdict) {
    case "refused":
      return error?.message ?? (refusal === null ? "" : ruleRefusalTexts[refusal]);
    case "excluded":
      return exclusion === null
        ? ""
        : `by ${exclusion.owner} until ${minuteOf(exclusion.until)} UTC: ${exclusion.reason}`;
    case "stopped":
      return stopped === null || stopped.by === null ? "" : `by ${stopped.by}`;
    case "earlier-rule":
      return earlier === null ? "a rule of another team" : `rule ${earlier.name}`;
    case "protected":
    case "left":
      return `policy ${policy ?? ""}${byRule ? ", by this rule" : ""}`;
    case "matched":
    case "not-matched":
      return "";
    default:
      return verdict satisfies never;
  }
}
