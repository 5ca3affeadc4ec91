/** The guardrails of the platform owner. */
import type { Guardrails } from "@kluis/domain";
import type { GuardrailHistoryRow, GuardrailsPreview, GuardrailViolations } from "../api-types.ts";
import { defineCommand, flag, option, print, type Session } from "../command.ts";
import { type ExitCode, exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import { allPages } from "../pages.ts";
import { wholeNumber } from "../values.ts";
import { guardrailOptions, guardrailsFrom } from "./guardrails-document.ts";

export const guardrailsShow = defineCommand({
  name: "guardrails show",
  summary: "Show the guardrails that bind every team",
  input: {},
  examples: ["guardrails show"],
  run: async (session) => {
    const now = await session.server.call((api) => api.guardrails.get.query());
    print(session, now, () =>
      [
        ...(now.sentences.length === 0 ? ["Nothing is restricted."] : now.sentences),
        ...(now.changedAt === null
          ? []
          : ["", `Version ${now.version}, ${minuteOf(now.changedAt)} UTC by ${now.changedBy?.name ?? "–"}`]),
      ].join("\n"),
    );
    return exitCodes.ok;
  },
});

export const guardrailsCheck = defineCommand({
  name: "guardrails check",
  summary: "List what does not keep the guardrails, to repair it",
  details: "What existed before a guardrail, of what you see. Exit code 1 means that there is something.",
  input: {},
  examples: ["guardrails check"],
  run: async (session) => {
    const found = await session.server.call((api) => api.guardrails.violations.query());
    const lines = violationLines(found);
    print(session, found, () => (lines.length === 0 ? "Everything keeps the guardrails." : lines.join("\n")));
    return lines.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
});

export const guardrailsHistory = defineCommand({
  name: "guardrails history",
  summary: "Show what each version of the guardrails changed",
  input: { limit: option("n", "most versions, the newest first", wholeNumber.default(20)) },
  examples: ["guardrails history", "guardrails history --limit 5"],
  run: async (session, { limit }) => {
    const rows: readonly GuardrailHistoryRow[] = await allPages(
      (page) => session.server.call((api) => api.guardrails.history.query({ page })),
      limit,
    );
    print(session, rows, () =>
      rows.length === 0
        ? "No version was saved yet."
        : rows
            .flatMap(({ version, createdAt, createdBy, changes }) => [
              `Version ${version}, ${minuteOf(createdAt)} UTC by ${createdBy.name}`,
              ...changes.map(({ text }) => `  ${text}`),
            ])
            .join("\n"),
    );
    return exitCodes.ok;
  },
});

export const guardrailsSet = defineCommand({
  name: "guardrails set",
  summary: "Change the guardrails by options or by a file",
  details:
    "Saves a new version, which binds from then on. Options change the present guardrails; --file replaces them. Where something that exists would not " +
    "keep them, or shorter rules would remove points again, it prompts on a terminal; a script needs --yes.",
  input: {
    ...guardrailOptions,
    preview: flag("only show what changes, and what would not keep it"),
    yes: flag("save without asking"),
  },
  examples: [
    "guardrails set --shortest-days 30 --preview",
    "guardrails set --vault-regions westeurope --downloads refused --yes",
    "guardrails set --file guardrails.yaml",
  ],
  run: async (session, { preview: isPreview, yes, ...options }) => {
    if (Object.values(options).every((value) => value === undefined))
      throw new UsageError("There is nothing to set.", "Use --file or an option of a guardrail.");
    const before = await session.server.call((api) => api.guardrails.get.query());
    const document = await guardrailsFrom(options, before.document);
    const effect = await session.server.call((api) => api.guardrails.preview.query({ document }));
    if (isPreview) {
      print(session, effect, () => effectLines(effect).join("\n"));
      return exitCodes.ok;
    }
    if (!yes && !(await agrees(session, effect))) {
      session.terminal.note("Nothing was saved.");
      return exitCodes.failed;
    }
    return save(session, { expectedVersion: before.version, document });
  },
});

interface Edit {
  readonly expectedVersion: number;
  readonly document: Guardrails;
}

async function save(session: Session, edit: Edit): Promise<ExitCode> {
  const saved = await session.server.call((api) => api.guardrails.update.mutate(edit));
  print(session, saved, () =>
    [
      `Version ${saved.version} of the guardrails is in force.`,
      ...saved.changes.map(({ text }) => `  ${text}`),
    ].join("\n"),
  );
  return exitCodes.ok;
}

function violationLines({ policies, vaults, teams, totals }: GuardrailViolations): readonly string[] {
  const rows = [
    ...policies.map((one) => ({
      title: `Policy ${one.name} (${one.team?.name ?? "every team"}, ${countOf(one.vms, "VM")})`,
      of: one,
    })),
    ...vaults.map((one) => ({ title: `Vault ${one.name}`, of: one })),
    ...teams.map((one) => ({ title: `Team ${one.name}`, of: one })),
  ];
  const more = totals.policies + totals.vaults + totals.teams - rows.length;
  return [
    ...rows.flatMap(({ title, of }) => [
      title,
      ...of.violations.map(({ message, action }) => `  ${message} ${action}`),
    ]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function effectLines({ changes, violations, released }: GuardrailsPreview): readonly string[] {
  const lines = violationLines(violations);
  return [
    ...(changes.length === 0 ? ["Nothing changes."] : changes.map(({ text }) => text)),
    ...(lines.length === 0
      ? ["Everything that exists keeps them."]
      : ["Would not keep them, and is listed for repair:", ...lines.map((line) => `  ${line}`)]),
    ...(released.length === 0
      ? []
      : [`Rules remove points earlier again: ${released.map(({ name }) => name).join(", ")}.`]),
  ];
}

/** Asks before a save that has a price. @throws UsageError where a user cannot be asked */
async function agrees({ terminal, signal }: Session, effect: GuardrailsPreview): Promise<boolean> {
  const { policies, vaults, teams } = effect.violations.totals;
  if (policies + vaults + teams + effect.released.length === 0) return true;
  if (!terminal.canAsk)
    throw new UsageError(
      `The change has an effect on what exists: ${effectLines(effect).join(" ")}`,
      "Run it with --preview first, then with --yes.",
    );
  for (const line of effectLines(effect)) terminal.note(line);
  return terminal.confirm("Save these guardrails?", signal);
}
