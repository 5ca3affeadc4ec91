/** Jobs. */
import {
  formatBytes,
  isOpenJobState,
  jobStates,
  readScriptRuns,
  retriedError,
  snapshotRequestTexts,
  type TryOutcome,
  transferReasonTexts,
  transferWaitOf,
  tryOutcomeTexts,
} from "@kluis/domain";
import { z } from "zod";
import type { JobDiskView, JobRow, JobStepView, JobView } from "../api-types.ts";
import { defineCommand, listOption, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { durationOf, minuteOf, timeOf } from "../format.ts";
import { formatFacts, type Look, type Tone } from "../look.ts";
import { allPages } from "../pages.ts";
import { shortener } from "../short-ids.ts";
import { type Column, formatTable } from "../table.ts";
import { anyOf, jobArgument, text, waitFlag, wholeNumber } from "../values.ts";
import { exitCodeOfJob, waitForJob } from "../wait.ts";
import {
  actorText,
  consistencyText,
  deadlineWord,
  deltaText,
  jobKindText,
  jobTitle,
  jobWord,
  stepStateWords,
  stepText,
  triggerText,
  type Word,
} from "../words.ts";
import { capturedFacts } from "./captured-facts.ts";
import { resourceColumns } from "./resource-columns.ts";

/** The stored value is `cancelled`; the table and this option say `canceled`. */
const stateNames = anyOf(jobStates.map((state) => (state === "cancelled" ? "canceled" : state)));
const jobState = z
  .string()
  .transform((value) => (value === "canceled" ? "cancelled" : value))
  .pipe(z.enum(jobStates, { error: `Use ${stateNames}.` }));

export const jobs = defineCommand({
  name: "jobs",
  summary: "List jobs, newest first",
  input: {
    vm: option("vm", "only those of this virtual machine", text.optional()),
    state: listOption(
      "state",
      `only those in one of these states: ${stateNames}`,
      z.array(jobState).optional(),
    ),
    limit: option("n", "how many", wholeNumber.default(20)),
  },
  examples: ["jobs --state queued running", "jobs --vm web-01 --limit 5"],
  run: async (session, { vm, state, limit }) => {
    const pageSize = Math.min(limit, 200);
    const rows = await allPages(
      (page) => session.server.call((api) => api.jobs.list.query({ page, pageSize, vm, state })),
      limit,
    );
    print(session, rows, (look) => formatTable(jobColumns(rows, look), rows, { empty: "No jobs.", look }));
    return exitCodes.ok;
  },
});

function jobColumns(rows: readonly JobRow[], look: Look): readonly Column<JobRow>[] {
  const now = new Date();
  const short = shortener(
    rows.map((job) => job.id),
    look,
  );
  return [
    { title: "ID", value: (job) => short(job.id) },
    { title: "KIND", value: (job) => jobKindText(job.kind), shrinkTo: 10 },
    { title: "VM", value: (job) => job.vm?.name ?? "–", shrinkTo: 8 },
    {
      title: "STATE",
      value: (job) => jobWord(job).text,
      tone: (job) => jobWord(job).tone,
    },
    {
      title: "DEADLINE",
      value: (job) => deadlineWord(job).text,
      tone: (job) => deadlineWord(job).tone,
      leaveOut: 1,
    },
    { title: "ENDS (UTC)", value: (job) => minuteOf(job.endedAt ?? job.forecastEndAt), leaveOut: 2 },
    { title: "CREATED (UTC)", value: (job) => minuteOf(job.createdAt) },
    {
      title: "TOOK",
      value: (job) => durationOf(job.startedAt, job.endedAt, now),
      align: "right",
    },
  ];
}

export const job = defineCommand({
  name: "job",
  summary: "Show one job with its steps and disks",
  input: { job: jobArgument, wait: waitFlag("it ends") },
  examples: ["job 01a21694-99ad", "job 01a21694-99ad --wait"],
  run: async (session, { job: ref, wait }) => {
    const found = await session.server.call((api) => api.jobs.get.query({ job: ref }));
    const shown = wait ? await waitForJob(found.id, session) : found;
    print(session, shown, (look) => describe(shown, look));
    return wait ? exitCodeOfJob(shown) : exitCodes.ok;
  },
});

export const cancel = defineCommand({
  name: "cancel",
  summary: "Cancel a job",
  details:
    "The job stops at its next safe point and removes what it created in Azure. Existing recovery points are kept.",
  input: { job: jobArgument },
  examples: ["cancel 01a21694-99ad"],
  run: async (session, { job: ref }) => {
    const answer = await session.server.call((api) => api.jobs.cancel.mutate({ job: ref }));
    print(session, answer, () => `Job ${answer.jobId} is stopping.`);
    return exitCodes.ok;
  },
});

function describe(one: JobView, look: Look): string {
  const state = jobWord(one);
  const facts: [string, string][] = [
    ["Job", one.id],
    ["What", `${jobTitle(one)} (${triggerText(one.trigger)}, by ${actorText(one.actor)})`],
    ["State", state.text],
    ["Created", timeOf(one.createdAt)],
    ["Took", durationOf(one.startedAt, one.endedAt, new Date())],
  ];
  if (one.cancelAskedAt !== null && one.endedAt === null)
    facts.push(["Cancel", `requested ${timeOf(one.cancelAskedAt)}`]);
  if (one.parkedSince !== null && one.parkedUntil !== null)
    facts.push(["Parked", `since ${timeOf(one.parkedSince)}, next try ${timeOf(one.parkedUntil)}`]);
  if (one.parkedError !== null) {
    facts.push(["Outage", `${one.parkedError.message} (${one.parkedError.code})`]);
    if (one.parkedError.action !== null) facts.push(["What to do", one.parkedError.action]);
  }
  facts.push(...transferFacts(one));
  if (one.capture !== null) {
    facts.push(["Consistency", levelOf(one.capture)]);
    if (one.capture.reason !== null) facts.push(["Reason", one.capture.reason]);
    facts.push(...capturedFacts(one.capture));
  }
  if (one.resultPointId !== null) facts.push(["Point", one.resultPointId]);
  if (one.error !== null) facts.push(["Error", `${one.error.message} (${one.error.code})`]);
  if (one.error?.action) facts.push(["What to do", one.error.action]);
  for (const warning of one.warningList) facts.push(["Warning", warning.message]);
  const parts = [formatFacts(facts, look)];
  if (one.steps.length > 0) parts.push(formatTable(stepColumns(one), one.steps, { empty: "", look }));
  // One try that succeeded says nothing that the steps do not say.
  const tries = one.capture?.tries ?? [];
  if (tries.some(({ outcome }) => outcome !== "succeeded"))
    parts.push(formatTable(tryColumns, tries, { empty: "", look }));
  const scripts = one.steps.flatMap(({ detail }) => readScriptRuns(detail));
  if (scripts.length > 0) parts.push(formatTable(scriptColumns, scripts, { empty: "", look }));
  if (one.disks.length > 0) parts.push(formatTable(diskColumns, one.disks, { empty: "", look }));
  if (one.resources.length > 0) parts.push(formatTable(resourceColumns, one.resources, { empty: "", look }));
  return parts.join("\n\n");
}

/** What an open transfer waits for, its forecast, and the deadline. */
function transferFacts(one: JobView): [string, string][] {
  const facts: [string, string][] = [];
  if (isOpenJobState(one.state)) {
    if (one.waitsFor !== null) facts.push(["Transfer", transferReasonTexts[one.waitsFor]]);
    if (one.queuePosition !== null) facts.push(["Place in queue", String(one.queuePosition)]);
    // Of an outage only the next try is known.
    const expected = one.parkedSince === null ? "expected" : "at the earliest";
    if (one.forecastStartAt !== null) facts.push(["Starts", `${expected} ${timeOf(one.forecastStartAt)}`]);
    if (one.forecastAt !== null) {
      const end = one.forecastEndAt === null ? "not known" : `${expected} ${timeOf(one.forecastEndAt)}`;
      facts.push(["Ends", end]);
    }
  }
  if (one.deadlineAt !== null) {
    const { text: standing } = deadlineWord(one);
    facts.push(["Deadline", `${timeOf(one.deadlineAt)}${standing === "–" ? "" : ` (${standing})`}`]);
  }
  if (one.replacedCount > 0)
    facts.push([
      "Replaced",
      `${one.replacedCount} ${one.replacedCount === 1 ? "snapshot before its transfer" : "snapshots in a row before their transfer"}`,
    ]);
  return facts;
}

/** What the scripts in a Linux guest did. The last output is the guest's own text. */
const scriptColumns: readonly Column<ReturnType<typeof readScriptRuns>[number]>[] = [
  { title: "SCRIPT", value: ({ script }) => script },
  {
    title: "EXIT CODE",
    value: ({ exitCode }) => (exitCode === null ? "did not end" : String(exitCode)),
    tone: ({ exitCode }) => (exitCode === 0 ? null : "bad"),
  },
  { title: "TOOK", value: ({ seconds }) => (seconds === null ? "–" : `${seconds} s`), align: "right" },
  { title: "LAST OUTPUT", value: ({ output }) => output.trim() || "–", wrapTo: 28 },
];

/** Each try of the snapshot, and why it failed. */
const tryColumns: readonly Column<NonNullable<JobView["capture"]>["tries"][number]>[] = [
  { title: "SNAPSHOT", value: ({ request }) => snapshotRequestTexts[request] },
  {
    title: "OUTCOME",
    value: ({ outcome }) => tryOutcomeTexts[outcome],
    tone: ({ outcome }) => tryTones[outcome],
  },
  { title: "AT (UTC)", value: ({ at }) => minuteOf(at) },
  { title: "WHY", value: ({ reason }) => reason ?? "", wrapTo: 28 },
];

const tryTones = {
  succeeded: "good",
  running: null,
  failed: "warn",
} as const satisfies Record<TryOutcome, Tone | null>;

/** The level that the policy requests, and the one that was reached. */
function levelOf({ wanted, reached }: NonNullable<JobView["capture"]>): string {
  if (reached === null) return `${consistencyText(wanted)} requested`;
  return reached === wanted
    ? consistencyText(reached)
    : `${consistencyText(reached)} (requested: ${consistencyText(wanted)})`;
}

function stepColumns(one: JobView): readonly Column<JobStepView>[] {
  const { kind } = one;
  const now = new Date();
  // The running step of a transfer that waits does not run.
  const wordOf = ({ state }: JobStepView): Word =>
    state === "running" && transferWaitOf(one) !== null ? jobWord(one) : stepStateWords[state];
  return [
    { title: "STEP", value: (step) => stepText(kind, step.name) },
    {
      title: "STATE",
      value: (step) => wordOf(step).text,
      tone: (step) => wordOf(step).tone,
    },
    { title: "TOOK", value: (step) => durationOf(step.startedAt, step.endedAt, now), align: "right" },
    { title: "RESULT", value: resultOf, wrapTo: 28 },
  ];
}

/** What a step did, or why it is tried again and what to do. */
function resultOf(step: JobStepView): string {
  return `${step.message} ${retriedError(step)?.action ?? ""}`.trim();
}

const diskColumns: readonly Column<JobDiskView>[] = [
  { title: "DISK", value: (disk) => disk.key },
  { title: "NAME", value: (disk) => disk.name, shrinkTo: 10 },
  {
    title: "STATE",
    value: (disk) => stepStateWords[disk.state].text,
    tone: (disk) => stepStateWords[disk.state].tone,
    leaveOut: 1,
  },
  { title: "SIZE", value: (disk) => formatBytes(disk.diskBytes), align: "right" },
  { title: "READ", value: (disk) => formatBytes(disk.readBytes), align: "right" },
  { title: "CHANGED", value: (disk) => formatBytes(disk.changedBytes), align: "right", leaveOut: 2 },
  { title: "MOVED", value: (disk) => formatBytes(disk.movedBytes), align: "right" },
  { title: "DELTA", value: (disk) => (disk.deltaMethod === null ? "–" : deltaText(disk.deltaMethod)) },
];
