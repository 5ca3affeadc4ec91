/** Writes, renames, duplicates and retires policies. */
import { describePolicy, type PolicyDocument } from "@kluis/domain";
import type { PolicyPreview, SavedPolicy } from "../api-types.ts";
import { argument, defineCommand, flag, option, print, type Session } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import { formatTable } from "../table.ts";
import { text } from "../values.ts";
import { documentFrom, documentOptions } from "./policy-document.ts";
import { maybeRequestOptions, maybeSecondPerson, printRequested } from "./requested.ts";

const policyArgument = argument("name or id", text);
const naming = {
  description: option("text", "what the policy is for", text.optional()),
};
const team = option(
  "team",
  "id or short name of the team that gets it; default: the only possible one",
  text.optional(),
);
const previewFlag = flag("only show the next ten runs and the effect");

export const policiesCreate = defineCommand({
  name: "policies create",
  summary: "Create a policy from options or from a file",
  details:
    "Without --time-zone it has the zone of this machine; without the other options application-consistent backups, no instant restore.",
  input: { name: argument("name", text), ...documentOptions, ...naming, team, preview: previewFlag },
  examples: [
    "policies create nightly --times 01:00 --daily 30 --time-zone UTC",
    "policies create busy --every 4 --from 08:00 --hours 12 --daily 14",
    "policies create nightly --file policy.yaml --team commerce --preview",
  ],
  run: async (session, { name, description, team: teamRef, preview, ...options }) => {
    const document = await documentFrom(options, null);
    if (preview) return showPreview(session, { document });
    const saved = await session.server.call((api) =>
      api.policies.create.mutate({ name, document, description, team: teamRef }),
    );
    return printSaved(session, saved, document);
  },
});

export const policiesEdit = defineCommand({
  name: "policies edit",
  summary: "Change a policy by options or by a file",
  details:
    "Saves a new version. Options change the present one; --file replaces it. When recovery points would be removed or kept for a shorter time, it " +
    `prompts on a terminal; a script needs --yes. ${maybeSecondPerson}`,
  input: {
    policy: policyArgument,
    ...documentOptions,
    ...naming,
    preview: previewFlag,
    yes: flag("save without asking"),
    ...maybeRequestOptions,
  },
  examples: [
    "policies edit nightly --daily 14 --preview",
    "policies edit nightly --times 01:00 13:00 --yes",
    "policies edit nightly --file policy.yaml",
  ],
  run: async (session, { policy, description, preview, yes, ...rest }) => {
    const { reason, ticket, expiresInHours, ...options } = rest;
    const before = await session.server.call((api) => api.policies.get.query({ policy }));
    const document = await documentFrom(options, before.document);
    if (preview) return showPreview(session, { document, policy: before.id });
    if (!yes && !(await agrees(session, { document, policy: before.id, name: before.name }))) {
      session.terminal.note("Nothing was saved.");
      return exitCodes.failed;
    }
    const edit = { policy: before.id, expectedVersion: before.currentVersion, document, description };
    const why = { reason, ticket, expiresInHours };
    const saved = await session.server.call((api) => api.policies.update.mutate({ ...edit, ...why }));
    if (saved.requested !== null) return printRequested(session, saved.requested);
    return printSaved(session, saved, document);
  },
});

export const policiesRename = defineCommand({
  name: "policies rename",
  summary: "Rename a policy",
  details: "Recovery points, reports and the audit ledger show the new name.",
  input: { policy: policyArgument, name: argument("new name", text) },
  examples: ["policies rename nightly nightly-30-days"],
  run: async (session, { policy, name }) => {
    const before = await session.server.call((api) => api.policies.get.query({ policy }));
    const renamed = await session.server.call((api) =>
      api.policies.rename.mutate({ policy: before.id, expectedName: before.name, name }),
    );
    print(session, renamed, () => `${before.name} is now ${renamed.name}.`);
    return exitCodes.ok;
  },
});

export const policiesDuplicate = defineCommand({
  name: "policies duplicate",
  summary: "Create a policy as a copy of another one",
  details:
    "The team is that of the new policy, not that of the copied one. Change the copy with `kluis policies edit`.",
  input: { policy: policyArgument, name: argument("name of the copy", text), ...naming, team },
  examples: [
    "policies duplicate nightly nightly-longer",
    "policies duplicate nightly nightly-platform --team platform",
  ],
  run: async (session, { policy, name, description, team: teamRef }) => {
    const source = await session.server.call((api) => api.policies.get.query({ policy }));
    const { document } = source;
    const copy = { name, document, description: description ?? source.description, team: teamRef };
    const saved = await session.server.call((api) => api.policies.create.mutate(copy));
    return printSaved(session, saved, document);
  },
});

export const policiesRetire = defineCommand({
  name: "policies retire",
  summary: "Let a policy take no more virtual machines",
  details:
    "Those under it stay protected until they are moved to another policy, and no recovery point is removed. --undo takes it into use again.",
  input: { policy: policyArgument, undo: flag("take the policy into use again") },
  examples: ["policies retire nightly", "policies retire nightly --undo"],
  run: async (session, { policy, undo }) => {
    const answer = await session.server.call((api) =>
      undo ? api.policies.reinstate.mutate({ policy }) : api.policies.retire.mutate({ policy }),
    );
    const left = answer.vms === 0 ? "No VM is under it." : `${countOf(answer.vms, "VM")} stay under it.`;
    print(session, answer, () =>
      undo ? `${answer.name} takes virtual machines again.` : `${answer.name} is retired. ${left}`,
    );
    return exitCodes.ok;
  },
});

function printSaved(session: Session, saved: SavedPolicy, document: PolicyDocument): typeof exitCodes.ok {
  print(
    session,
    { ...saved, document },
    () => `${saved.name} is saved as version ${saved.version}. ${describePolicy(document)}`,
  );
  return exitCodes.ok;
}

interface Edit {
  readonly document: PolicyDocument;
  readonly policy?: string;
}

async function showPreview(session: Session, edit: Edit): Promise<typeof exitCodes.ok> {
  const preview = await session.server.call((api) => api.policies.preview.query(edit));
  print(session, preview, (look) =>
    [
      preview.sentence,
      "",
      formatTable(
        [
          { title: `NEXT RUN (${preview.timeZone})`, value: (run) => run.local },
          { title: "UTC", value: (run) => minuteOf(run.at) },
        ],
        preview.nextRuns,
        { empty: "No runs.", look },
      ),
      ...section(
        "Changes",
        preview.changes.map((change) => change.text),
      ),
      ...section("Effect", edit.policy === undefined ? [] : effectLines(preview)),
      ...section("Notes", preview.notes),
    ].join("\n"),
  );
  return exitCodes.ok;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function effectLines({ effect }: PolicyPreview): readonly string[] {
  if (effect === null) return ["You may not edit this policy: its effect is not shown."];
  if (effect.vms === 0) return ["No recovery point is removed or kept for a shorter time."];
  const { removed, removedVms, sooner, refusedVms, rows, vms } = effect;
  return [
    ...(removed === 0
      ? []
      : [`${countOf(removed, "recovery point")} of ${countOf(removedVms, "VM")} would be removed.`]),
    ...(sooner === 0 ? [] : [`${countOf(sooner, "recovery point")} would be kept for a shorter time.`]),
    ...(refusedVms === 0
      ? []
      : [`You may not shorten the retention of ${countOf(refusedVms, "VM")}: the change is refused.`]),
    ...rows.map((row) => `${row.vm.name}: ${row.removed} removed, ${row.sooner} shortened`),
    ...(vms > rows.length ? [`and ${vms - rows.length} more`] : []),
  ];
}

/** Asks before a change that takes points. @throws UsageError where a user cannot be asked */
async function agrees(session: Session, edit: Edit & { readonly name: string }): Promise<boolean> {
  const { name, ...asked } = edit;
  const preview = await session.server.call((api) => api.policies.preview.query(asked));
  if ((preview.effect?.vms ?? 0) === 0) return true;
  const { terminal, signal } = session;
  if (!terminal.canAsk)
    throw new UsageError(
      `The change takes recovery points: ${effectLines(preview).join(" ")}`,
      "Run it with --preview first, then with --yes.",
    );
  for (const line of effectLines(preview)) terminal.note(line);
  return terminal.confirm(`Save policy ${name}?`, signal);
}
