import type { JobDiskView, JobRow, JobStepView, JobView } from "@kluis/api/types";
import { InvalidArgumentError } from "commander";
import { openSession, print, type Register } from "../command.ts";
import { bytesOf, durationOf, minuteOf, secondOf } from "../format.ts";
import { allPages } from "../pages.ts";
import { type Column, formatFacts, formatTable } from "../table.ts";

function columnsAt(now: Date): readonly Column<JobRow>[] {
  return [
    { title: "ID", value: (job) => job.id },
    { title: "KIND", value: (job) => job.kind },
    { title: "VM", value: (job) => job.vm?.name ?? "–", shrinkTo: 8 },
    { title: "STATE", value: (job) => job.state },
    { title: "CREATED (UTC)", value: (job) => minuteOf(job.createdAt) },
    { title: "TOOK", value: (job) => durationOf(job.startedAt, job.endedAt, now), align: "right" },
  ];
}

const stepColumns: readonly Column<JobStepView>[] = [
  { title: "STEP", value: (step) => step.name },
  { title: "STATE", value: (step) => step.state },
  { title: "TOOK", value: (step) => durationOf(step.startedAt, step.endedAt, new Date()), align: "right" },
  { title: "WHAT HAPPENED", value: (step) => step.message, shrinkTo: 20 },
];

const diskColumns: readonly Column<JobDiskView>[] = [
  { title: "DISK", value: (disk) => disk.key },
  { title: "NAME", value: (disk) => disk.name, shrinkTo: 8 },
  { title: "STATE", value: (disk) => disk.state },
  { title: "SIZE", value: (disk) => bytesOf(disk.diskBytes), align: "right" },
  { title: "READ", value: (disk) => bytesOf(disk.readBytes), align: "right" },
  { title: "CHANGED", value: (disk) => bytesOf(disk.changedBytes), align: "right" },
  { title: "MOVED", value: (disk) => bytesOf(disk.movedBytes), align: "right" },
  { title: "DELTA", value: (disk) => disk.deltaMethod ?? "–", shrinkTo: 6 },
];

export const registerJobs: Register = (program, surroundings) => {
  program
    .command("jobs")
    .description("list jobs, newest first")
    .option("--vm <vm>", "only of this virtual machine")
    .option("--limit <n>", "how many", count, 20)
    .option("--json", "print JSON")
    .action(async (options: { vm?: string; limit: number; json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const most = options.limit;
      const rows = await allPages(
        (page) =>
          session.server.call((api) =>
            api.jobs.list.query({
              page,
              pageSize: Math.min(most, 200),
              ...(options.vm !== undefined && { vm: options.vm }),
            }),
          ),
        most,
      );
      print(session, rows, (width) => formatTable(columnsAt(new Date()), rows, { empty: "No jobs.", width }));
    });

  program
    .command("job")
    .description("show one job: its steps and disks")
    .argument("<id>", "id, or a unique beginning of it")
    .option("--json", "print JSON")
    .action(async (id: string, options: { json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const job = await session.server.call((api) => api.jobs.get.query({ job: id }));
      print(session, job, (width) => describe(job, width));
    });

  program
    .command("cancel")
    .description("ask a job to stop; what it made in Azure is cleaned up")
    .argument("<job>", "id, or a unique beginning of it")
    .option("--json", "print JSON")
    .action(async (id: string, options: { json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const answer = await session.server.call((api) => api.jobs.cancel.mutate({ job: id }));
      print(session, answer, () => `job ${answer.jobId} is asked to stop`);
    });
};

/** @throws InvalidArgumentError unless the text is a whole number of at least 1 */
function count(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError("Use a whole number, 1 or more.");
  return Number(value);
}

function describe(job: JobView, width: number): string {
  const facts: [string, string][] = [
    ["Job", job.id],
    [
      "What",
      `${job.kind}${job.vm === null ? "" : ` of ${job.vm.name}`} (${job.trigger}, by ${job.actor.name})`,
    ],
    ["State", job.state],
    ["Created", secondOf(job.createdAt)],
    ["Took", durationOf(job.startedAt, job.endedAt, new Date())],
  ];
  if (job.resultPointId !== null) facts.push(["Point", job.resultPointId]);
  if (job.error !== null) facts.push(["Error", `${job.error.message} (${job.error.code})`]);
  if (job.error?.action) facts.push(["What to do", job.error.action]);
  for (const warning of job.warningList) facts.push(["Warning", warning.message]);
  const parts = [formatFacts(facts)];
  if (job.steps.length > 0) parts.push(formatTable(stepColumns, job.steps, { empty: "", width }));
  if (job.disks.length > 0) parts.push(formatTable(diskColumns, job.disks, { empty: "", width }));
  return parts.join("\n\n");
}
