/** One action on many virtual machines. An engine does it, machine by machine. */
import {
  type BulkItemState,
  type BulkKind,
  bulkItemStates,
  bulkItemStateTexts,
  bulkKinds,
  bulkKindTexts,
  bulkStates,
  bulkStateTexts,
} from "@kluis/domain";
import { z } from "zod";
import type { BulkItem, BulkPreview, BulkRow, BulkView } from "../api-types.ts";
import { argument, defineCommand, flag, listOption, option, print, type Session } from "../command.ts";
import { type ExitCode, exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf, timeOf } from "../format.ts";
import { type Look, printable, type Tone } from "../look.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, text } from "../values.ts";
import { maybeRequestOptions } from "./requested.ts";

const itemTones = {
  waiting: "dim",
  done: "good",
  requested: "warn",
  refused: "bad",
  failed: "bad",
  cancelled: "dim",
} as const satisfies Record<BulkItemState, Tone>;

const bulkArgument = argument("id, or a unique beginning of it", text);
const waitFlag = flag("wait until it ends");

interface Why {
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  readonly expiresInHours?: number | undefined;
}

export interface Many extends Why {
  readonly kind: BulkKind;
  readonly policy?: string | undefined;
  readonly selection: { readonly vms: string[] } | { readonly filter: { readonly search?: string } };
  readonly confirm?: string | undefined;
}

/** Options of commands that name one machine, and take more of them. */
export const manyOptions = {
  also: listOption("vm", "more virtual machines: one bulk action", z.array(text).max(499).optional()),
};

/** Starts a bulk action, and says how to follow it. */
export async function startMany(session: Session, many: Many, wait: boolean): Promise<ExitCode> {
  const started = await session.server.call((api) => api.bulk.start.mutate(many));
  if (wait) return showEnded(session, started.id);
  print(session, started, () =>
    [
      `${bulkKindTexts[many.kind]}, ${countOf(started.total, "virtual machine")}: bulk action ${started.id}`,
      `To follow it: kluis bulk show ${started.id} --wait`,
    ].join("\n"),
  );
  return exitCodes.ok;
}

export const bulkStart = defineCommand({
  name: "bulk start",
  summary: "Do one thing to many virtual machines",
  details:
    `Actions: ${bulkKinds.join(", ")}. ` +
    "`protect` takes machines without protection, `change-policy` protected ones, `resume` stopped ones under the policy that they had. Each machine " +
    "is checked when it is done; the others continue when one is refused. `--preview` judges all machines and changes nothing. `stop-delete` needs " +
    "--confirm with their number, and a second person approves each machine in the portal.",
  input: {
    action: argument("what to do; see above", choice(bulkKinds)),
    vms: listOption("vm", "these virtual machines", z.array(text).max(500).optional()),
    matching: option("text", "all with this text in the name, resource group or tags", text.optional()),
    all: flag("all that you can see"),
    policy: option("name", "for protect and change-policy", text.optional()),
    confirm: option("number", "how many machines: stop-delete needs it", text.optional()),
    preview: flag("only show what would happen"),
    wait: waitFlag,
    ...maybeRequestOptions,
  },
  examples: [
    "bulk start protect --matching web --policy standard-daily --preview",
    "bulk start backup --vms web-01 web-02 --wait",
    "bulk start stop-delete --vms old-01 old-02 --confirm 2 --reason old",
  ],
  run: async (session, { action: kind, vms, matching, all, preview, wait, ...rest }) => {
    const selection = selectionOf({ vms, matching, all });
    if (!preview) return startMany(session, { kind, selection, ...rest }, wait);
    const { policy, reason } = rest;
    const judged = await previewAll(session, { kind, selection, policy, reason });
    print(session, judged, () => previewText(judged));
    return exitCodes.ok;
  },
});

/** @throws UsageError unless exactly one way to select is used */
function selectionOf(given: {
  readonly vms: string[] | undefined;
  readonly matching: string | undefined;
  readonly all: boolean;
}): Many["selection"] {
  const { vms, matching, all } = given;
  if ([vms !== undefined, matching !== undefined, all].filter(Boolean).length !== 1)
    throw new UsageError("Which virtual machines?", "Use one of --vms, --matching and --all.");
  if (vms !== undefined) return { vms };
  return { filter: matching === undefined ? {} : { search: matching } };
}

/** Judges all machines, page by page. */
async function previewAll(
  session: Session,
  many: Omit<Many, keyof Why> & Pick<Why, "reason">,
): Promise<BulkPreview> {
  const refused = new Map<string, BulkPreview["refused"][number]>();
  const counts = { done: 0, requested: 0 };
  for (let after = 0; ; ) {
    const next: BulkPreview = await session.server.call((api) =>
      api.bulk.preview.query({ ...many, cursor: after }),
    );
    counts.done += next.done;
    counts.requested += next.requested;
    for (const one of next.refused) {
      const key = `${one.error.code} ${one.error.reason}`;
      const known = refused.get(key);
      refused.set(key, known === undefined ? one : { ...known, count: known.count + one.count });
    }
    // A selection that shrinks meanwhile ends here too.
    if (next.judged <= after || next.judged >= next.total)
      return { ...next, ...counts, refused: [...refused.values()] };
    after = next.judged;
    session.signal.throwIfAborted();
  }
}

function previewText({ total, most, done, requested, requestsLeft, refused }: BulkPreview): string {
  const vms = (count: number): string => countOf(count, "virtual machine");
  return [
    `${vms(total)} selected.`,
    ...(total > most ? [`One such action takes at most ${most}: it is refused.`] : []),
    `${vms(done)} would be done.`,
    ...(requested === 0 ? [] : [`${vms(requested)} would need a second person.`]),
    ...(requested > requestsLeft
      ? [`You can make ${requestsLeft} more requests: the others are refused.`]
      : []),
    ...refused.map(({ error, vms: named, count }) => {
      const names = named.map(({ name }) => name).join(", ");
      return `${vms(count)} refused, such as ${names}: ${printable(error.message)}`;
    }),
  ].join("\n");
}

const columns: readonly Column<BulkRow>[] = [
  { title: "ID", value: ({ id }) => id, shrinkTo: 13 },
  { title: "STATE", value: ({ state }) => bulkStateTexts[state] },
  {
    title: "ACTION",
    value: ({ kind, policy }) => `${bulkKindTexts[kind]}${policy === null ? "" : ` (${policy.name})`}`,
    wrapTo: 30,
  },
  { title: "MACHINES", value: ({ total }) => String(total), align: "right" },
  { title: "RESULT", value: ({ counts }) => countsText(counts), wrapTo: 20 },
  { title: "BY", value: ({ starter }) => starter.name, leaveOut: 2, shrinkTo: 10 },
  { title: "STARTED (UTC)", value: ({ createdAt }) => minuteOf(createdAt), leaveOut: 1 },
];

function countsText(counts: BulkRow["counts"]): string {
  const parts = bulkItemStates.flatMap((state) =>
    counts[state] === 0 ? [] : [`${counts[state]} ${bulkItemStateTexts[state].toLowerCase()}`],
  );
  return parts.join(", ") || "–";
}

export const bulkList = defineCommand({
  name: "bulk list",
  summary: "List bulk actions, newest first",
  input: {
    state: listOption("state", "only these states", z.array(choice(bulkStates)).optional()),
    mine: flag("only your own"),
  },
  examples: ["bulk list", "bulk list --state running --mine"],
  run: async (session, { state, mine }) => {
    const rows = await allPages((page) =>
      session.server.call((api) => api.bulk.list.query({ state, own: mine, page, pageSize: 200 })),
    );
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No bulk actions.", look }));
    return exitCodes.ok;
  },
});

export const bulkShow = defineCommand({
  name: "bulk show",
  summary: "Show a bulk action and each of its machines",
  details:
    "With --wait, the exit code is 1 when a machine was refused or failed, and 6 when a second person must approve one.",
  input: {
    bulk: bulkArgument,
    state: listOption("state", "only machines in these states", z.array(choice(bulkItemStates)).optional()),
    wait: waitFlag,
  },
  examples: ["bulk show 01a21694", "bulk show 01a21694 --state refused failed --wait"],
  run: async (session, { bulk, state, wait }) => {
    if (wait) return showEnded(session, bulk, state);
    await show(session, bulk, state);
    return exitCodes.ok;
  },
});

export const bulkCancel = defineCommand({
  name: "bulk cancel",
  summary: "Cancel what a bulk action has not begun",
  input: { bulk: bulkArgument },
  examples: ["bulk cancel 01a21694"],
  run: async (session, { bulk }) => {
    const row = await session.server.call((api) => api.bulk.cancel.mutate({ bulk }));
    print(session, row, () => `Bulk action ${row.id}: ${countsText(row.counts)}.`);
    return exitCodes.ok;
  },
});

const pollMs = 2_000;

/** Waits until it ends, which it does without this command too. */
async function showEnded(session: Session, bulk: string, state?: BulkItemState[]): Promise<ExitCode> {
  for (;;) {
    const view = await session.server.call((api) => api.bulk.get.query({ bulk, pageSize: 1 }));
    if (view.state !== "running") break;
    const { total, counts } = view;
    session.terminal.draw(`${bulkKindTexts[view.kind]}: ${total - counts.waiting} of ${total}`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      session.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
    session.signal.throwIfAborted();
  }
  session.terminal.clear();
  const { counts } = await show(session, bulk, state);
  if (counts.refused + counts.failed > 0) return exitCodes.failed;
  return counts.requested > 0 ? exitCodes.requested : exitCodes.ok;
}

async function show(session: Session, bulk: string, state: BulkItemState[] | undefined): Promise<BulkView> {
  const view = await session.server.call((api) => api.bulk.get.query({ bulk, pageSize: 1 }));
  const items = await allPages(async (page) => {
    const one = await session.server.call((api) => api.bulk.get.query({ bulk, state, page, pageSize: 200 }));
    return one.items;
  });
  print(session, { ...view, items }, (look) => viewText(view, items, look));
  return view;
}

function viewText(view: BulkView, items: readonly BulkItem[], look: Look): string {
  const { kind, policy, state, starter, createdAt, reason, endedAt, counts } = view;
  const lines: [string, string | null][] = [
    ["Action", `${bulkKindTexts[kind]}${policy === null ? "" : ` (${policy.name})`}`],
    ["State", bulkStateTexts[state]],
    ["By", `${starter.name}, ${timeOf(createdAt)}`],
    ["Reason", reason === "" ? null : reason],
    ["Ended", endedAt === null ? null : timeOf(endedAt)],
    ["Result", countsText(counts)],
  ];
  const facts = lines.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(10)}${value}`]));
  return `${facts.join("\n")}\n\n${formatTable(itemColumns, items, { empty: "No virtual machines.", look })}`;
}

const itemColumns: readonly Column<BulkItem>[] = [
  { title: "MACHINE", value: ({ vm }) => vm.name, shrinkTo: 12 },
  { title: "RESULT", value: ({ state }) => bulkItemStateTexts[state], tone: ({ state }) => itemTones[state] },
  { title: "WHY, JOB OR REQUEST", value: outcomeOf, wrapTo: 40 },
];

function outcomeOf({ error, jobId, approvalId }: BulkItem): string {
  if (error !== null) return printable(`${error.code}: ${error.message} ${error.action ?? ""}`.trim());
  if (approvalId !== null) return `request ${approvalId}`;
  return jobId === null ? "–" : `job ${jobId}`;
}
