/** Recovery points. */
import {
  describeRemovalCause,
  formatBytes,
  type RetentionTier,
  type VerifyMode,
  verifyModes,
} from "@kluis/domain";
import { z } from "zod";
import type { JobView, PointRow, PointView } from "../api-types.ts";
import { argument, defineCommand, flag, listOption, option, print, type Session } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf, minuteOf, timeOf } from "../format.ts";
import { formatFacts, type Look } from "../look.ts";
import { allPages } from "../pages.ts";
import { placeOption, pointIn } from "../point-place.ts";
import { shortener } from "../short-ids.ts";
import { type Column, formatTable } from "../table.ts";
import { checkPeriod, choice, periodEnd, periodStart, pointArgument, text, wholeNumber } from "../values.ts";
import { jobOutcome, waitForJob } from "../wait.ts";
import { pointStateWords } from "../words.ts";
import { capturedFacts } from "./captured-facts.ts";
import { printRequested, requestOptions, secondPerson } from "./requested.ts";
import { damageText } from "./vault-damage.ts";

/** The API's limit for one request. */
const largestPage = 200;

export const points = defineCommand({
  name: "points",
  summary: "List recovery points, newest first",
  input: {
    vm: argument("name, resource-group/name or id; all virtual machines without it", text.optional()),
    pinned: flag("only pinned points"),
    deleted: flag("only deleted points that can be brought back"),
    vault: option("vault", "only what this vault holds, second copies too (owners)", text.optional()),
    search: option("text", "only points of machines with this text in their name", text.optional()),
    from: option("time", "first day, or points taken at this time or later", periodStart.optional()),
    to: option("time", "last day, included up to its end, or points before this time", periodEnd.optional()),
    limit: option("n", "how many", wholeNumber.default(10_000)),
  },
  examples: [
    "points web-01",
    "points --search web --from 2026-11-01 --limit 50",
    "points web-01 --deleted",
    "points --vault second",
  ],
  run: async (session, { vm, pinned, deleted, vault: named, search, from, to, limit }) => {
    checkPeriod(from, to);
    const vault =
      named === undefined
        ? undefined
        : (await session.server.call((api) => api.vaults.get.query({ vault: named }))).id;
    const filter = {
      ...(vault === undefined ? {} : { vault }),
      ...(pinned ? { pinned: true as const } : {}),
      ...(deleted ? { state: ["soft-deleted" as const] } : {}),
      search,
      from: from?.toISOString(),
      to: to?.toISOString(),
    };
    const pageSize = Math.min(largestPage, limit);
    let total = 0;
    const rows = await allPages(async (page) => {
      const answer = await session.server.call((api) =>
        api.points.list.query({ vm, ...filter, page, pageSize }),
      );
      total = answer.total;
      return answer;
    }, limit);
    if (rows.length < total) session.terminal.note(`The newest ${rows.length} of ${total} points.`);
    const columnsOf = (look: Look): readonly Column<PointRow>[] =>
      pointColumns(rows, { look, hasVm: vm === undefined });
    print(session, rows, (look) =>
      formatTable(columnsOf(look), rows, { empty: "No recovery points yet.", look }),
    );
    return exitCodes.ok;
  },
});

function pointColumns(
  rows: readonly PointRow[],
  { look, hasVm }: { readonly look: Look; readonly hasVm: boolean },
): readonly Column<PointRow>[] {
  const short = shortener(
    rows.map((point) => point.id),
    look,
  );
  const vm: Column<PointRow> = { title: "VM", value: (point) => point.vm.name, shrinkTo: 8 };
  return [
    { title: "ID", value: (point) => short(point.id) },
    ...(hasVm ? [vm] : []),
    { title: "TAKEN (UTC)", value: (point) => minuteOf(point.takenAt) },
    { title: "CONSISTENCY", value: (point) => point.consistency },
    {
      title: "STATE",
      value: (point) => pointStateWords[point.state].text,
      tone: (point) => pointStateWords[point.state].tone,
    },
    { title: "KEPT", value: keptOf, leaveOut: 2 },
    { title: "READ", value: readOf, align: "right", leaveOut: 3 },
    { title: "MOVED", value: (point) => formatBytes(point.movedBytes), align: "right", leaveOut: 1 },
    { title: "SIZE", value: (point) => formatBytes(point.logicalBytes), align: "right" },
  ];
}

/** How much of the content a round of verifications has read. */
function readOf({ lastVerified, coverage }: PointRow): string {
  if (lastVerified?.ok === false) return "bad";
  return coverage === null ? "–" : `${coverage.percent} %`;
}

/** What keeps a point whose end is not known. */
const tierWords: Record<RetentionTier, string> = {
  latest: "newest good",
  last: "newest points",
  recent: "last 24 hours",
  daily: "daily",
  weekly: "weekly",
  monthly: "monthly",
  yearly: "yearly",
  guardrail: "guardrail",
  undeleted: "brought back",
  pinned: "pinned",
};

/** What holds a point, or until when a deleted one can be brought back. */
function keptOf({ pinnedAt, purgeAt, state, expiresAt, tiers }: PointRow): string {
  if (pinnedAt !== null) return "pinned";
  if (state === "soft-deleted" && purgeAt !== null) return `back until ${minuteOf(purgeAt)}`;
  if (expiresAt !== null) return `to ${minuteOf(expiresAt)}`;
  const [tier] = tiers;
  return tier === undefined ? "no rules" : tierWords[tier];
}

export const point = defineCommand({
  name: "point",
  summary: "Show one recovery point and its disks",
  details:
    "With --json: every recorded fact of the disks, such as encryption and network access. Of a damaged point also what cannot be read.",
  input: { point: pointArgument },
  examples: ["point web-01@latest", "point 01a21694-9aa4 --json"],
  run: async (session, { point: ref }) => {
    const shown = await session.server.call((api) => api.points.get.query({ point: ref }));
    if (shown.state !== "damaged") {
      print(session, shown, (look) => describe(shown, look));
      return exitCodes.ok;
    }
    const damage = await session.server.call((api) => api.points.damage.query({ point: shown.id }));
    print(session, { ...shown, damage }, (look) =>
      [describe(shown, look), damageText(shown, damage, look)].join("\n\n"),
    );
    return exitCodes.ok;
  },
});

function describe(one: PointView, look: Look): string {
  const facts: [string, string][] = [
    ["Point", one.id],
    ["VM", one.vm.name],
    ["Taken", timeOf(one.takenAt)],
    ...one.copies.map(({ vault, state, since }): [string, string] => [
      "Copy",
      `in vault ${vault.name} since ${timeOf(since)}${state === "available" ? "" : ` (${state})`}`,
    ]),
    ...(one.original === null
      ? []
      : [["Copy of", `${one.original.pointId} in vault ${one.original.vault.name}`] as [string, string]]),
    ["Consistency", one.consistency],
    ...capturedFacts(one),
    ["State", pointStateWords[one.state].text],
    ["Expires", one.expiresAt === null ? "–" : timeOf(one.expiresAt)],
    ...holdFacts(one),
    ["Verified", verifiedText(one)],
    ["Content read", coverageText(one.coverage)],
    ["Manifest", one.manifestDigest],
  ];
  const disks = formatTable(diskColumns, one.disks, { empty: "No disks.", look });
  return [formatFacts(facts, look), disks].join("\n\n");
}

function verifiedText({ lastVerified }: Pick<PointRow, "lastVerified">): string {
  if (lastVerified === null) return "never";
  const { at, mode, ok } = lastVerified;
  return `${ok ? "intact" : "problems"}, ${mode} check at ${timeOf(at)}`;
}

function coverageText(coverage: PointRow["coverage"]): string {
  if (coverage === null) return "–";
  const { percent, readAt, wholeAt } = coverage;
  const whole = wholeAt === null ? "" : `; every byte since ${timeOf(wholeAt)}`;
  return `${percent} % of the round, last at ${timeOf(readAt)}${whole}`;
}

function deletionReason({ deleteCause, deletedBy, deleteReason }: PointView): string {
  if (deleteCause === null) return deleteReason ?? "–";
  return describeRemovalCause(deleteCause, deletedBy?.name ?? "–");
}

/** Its pin, and its deletion. */
function holdFacts(one: PointView): [string, string][] {
  const { pinnedAt, pinnedBy, pinReason, keptUntil, deletedAt, deletedBy, purgeAt, state } = one;
  const facts: [string, string][] = [];
  if (pinnedAt !== null) {
    facts.push(["Pinned", `${timeOf(pinnedAt)} by ${pinnedBy?.name ?? "–"}: ${pinReason ?? "–"}`]);
  }
  if (keptUntil !== null) facts.push(["Brought back", `kept until ${timeOf(keptUntil)}`]);
  if (deletedAt !== null) {
    facts.push(["Deleted", `${timeOf(deletedAt)} by ${deletedBy?.name ?? "–"}: ${deletionReason(one)}`]);
  }
  if (state === "soft-deleted" && purgeAt !== null) facts.push(["Can return", `until ${timeOf(purgeAt)}`]);
  return facts;
}

const diskColumns: readonly Column<PointView["disks"][number]>[] = [
  { title: "DISK", value: (disk) => disk.key },
  { title: "NAME", value: (disk) => disk.name, shrinkTo: 12 },
  { title: "TYPE", value: (disk) => disk.sku },
  { title: "SIZE", value: (disk) => formatBytes(disk.diskBytes), align: "right" },
  {
    title: "ZONE",
    value: ({ facts }) => (facts === null ? "?" : facts.zones.join(", ") || "–"),
    leaveOut: 1,
  },
  { title: "KEY", value: keyOf, leaveOut: 2 },
  { title: "ACCESS", value: ({ facts }) => facts?.networkAccessPolicy ?? "?", leaveOut: 3 },
];

/** The name of the disk encryption set. */
function keyOf({ facts }: PointView["disks"][number]): string {
  if (facts?.encryption === null || facts?.encryption === undefined) return "?";
  return facts.encryption.diskEncryptionSetId?.split("/").at(-1) ?? "platform";
}

const percentOfPoint = z
  .string()
  .regex(/^([1-9]\d?|100)$/, "Use a whole number from 1 to 100.")
  .transform(Number);

export const verify = defineCommand({
  name: "verify",
  summary: "Check that a recovery point is intact",
  details: "Waits for the result. Exit code 1 means that the point is damaged or that the check failed.",
  input: {
    point: pointArgument,
    vault: placeOption,
    mode: option(
      "mode",
      "quick: structure and existence; sampled: every byte of the next part; full: every byte",
      choice(verifyModes).default("quick"),
    ),
    percent: option("n", "part of the point that a sampled check reads", percentOfPoint.optional()),
    noWait: flag("start the check and return at once"),
  },
  examples: [
    "verify web-01@latest",
    "verify 01a21694-9aa4 --mode full",
    "verify web-01@latest --mode sampled --percent 5",
  ],
  run: async (session, { point: ref, vault, mode, percent, noWait }) => {
    const point = await pointIn(session, ref, vault);
    if (percent !== undefined && mode !== "sampled")
      throw new UsageError("--percent is for a sampled check.", "Use it with --mode sampled.");
    const started = await session.server.call((api) => api.points.verify.mutate({ point, mode, percent }));
    if (noWait) {
      print(session, started, () => `Verification has started: job ${started.jobId}`);
      return exitCodes.ok;
    }
    const job = await waitForJob(started.jobId, session);
    const checked = await session.server.call((api) => api.points.get.query({ point: started.pointId }));
    const { lastVerified, lastVerifyDetail: detail, coverage } = checked;
    const isIntact = job.state === "succeeded" && lastVerified?.ok === true;
    print(session, { ...started, job, lastVerified, coverage, detail }, () => verdict(job, checked, mode));
    return isIntact ? exitCodes.ok : exitCodes.failed;
  },
});

function verdict(job: JobView, { id, lastVerified, coverage }: PointView, mode: VerifyMode): string {
  const hasEnded = job.state === "succeeded" || job.state === "warning";
  if (!hasEnded || lastVerified === null) return jobOutcome(job);
  return lastVerified.ok
    ? `Recovery point ${id} is intact (${mode} check${mode === "sampled" ? `, ${coverageText(coverage)}` : ""}).`
    : `Recovery point ${id} is damaged (${mode} check).`;
}

export const deletePoint = defineCommand({
  name: "delete-point",
  summary: "Request the deletion of recovery points",
  details: `The points can be brought back for as long as the policy says: see undelete-point. Prompts for confirmation on a terminal; a script needs --yes. Their rows stay in the reports, with who deleted them and why. ${secondPerson}`,
  input: {
    point: pointArgument,
    also: listOption("point", "more points of the same request", z.array(text).max(199).optional()),
    reason: option("text", "why; kept as evidence", text.min(3, "Use at least three characters.")),
    ...requestOptions,
    yes: flag("request without asking"),
  },
  examples: [
    'delete-point 01a21694-9aa4 --reason "test data"',
    "delete-point 01a21694 --also 01a21695 --reason test --yes",
  ],
  run: async (session, { point, also = [], yes, ...why }) => {
    const points: string[] = [];
    for (const ref of [point, ...also]) {
      const confirmed = yes ? ref : await confirmDeletion(session, ref);
      if (confirmed === null) {
        session.terminal.note("Nothing was requested.");
        return exitCodes.failed;
      }
      points.push(confirmed);
    }
    const { requested } = await session.server.call((api) => api.points.delete.mutate({ points, ...why }));
    return printRequested(session, requested);
  },
});

/**
 * Returns the id of the point that the user agreed to delete, or null. The id, because `VM@latest` may name a newer point
 * after the question.
 * @throws UsageError where a user cannot be asked
 */
async function confirmDeletion({ server, terminal, signal }: Session, ref: string): Promise<string | null> {
  if (!terminal.canAsk)
    throw new UsageError(
      "delete-point cannot prompt for confirmation here: there is no terminal, or --json is set.",
      "Add --yes to request it without asking.",
    );
  const point = await server.call((api) => api.points.get.query({ point: ref }));
  terminal.note(`Recovery point of ${point.vm.name}, taken ${timeOf(point.takenAt)}`);
  if (point.isOnly) {
    const warning = `This is the last good recovery point of ${point.vm.name}. After its deletion, nothing can be restored.`;
    terminal.note(terminal.noteLook.paint("warn", warning));
  }
  const { softDeleteDays: days } = point;
  terminal.note(`It can be brought back for ${countOf(days, "day")}.`);
  return (await terminal.confirm("Request its deletion?", signal)) ? point.id : null;
}
