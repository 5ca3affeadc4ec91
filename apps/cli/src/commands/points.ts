import type { PointRow } from "@kluis/api/types";
import { finishJob, jobOutcome, openSession, print, type Register } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { bytesOf, minuteOf } from "../format.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";

const columns: readonly Column<PointRow>[] = [
  { title: "ID", value: (point) => point.id },
  { title: "TAKEN (UTC)", value: (point) => minuteOf(point.takenAt) },
  { title: "CONSISTENCY", value: (point) => point.consistency },
  { title: "STATE", value: (point) => point.state },
  { title: "MOVED", value: (point) => bytesOf(point.movedBytes), align: "right" },
  { title: "SIZE", value: (point) => bytesOf(point.logicalBytes), align: "right" },
];

const pointHelp = "id, a unique beginning of it, or VM@latest";

export const registerPoints: Register = (program, surroundings) => {
  program
    .command("points")
    .description("list a virtual machine's recovery points, newest first")
    .argument("<vm>", "name, resource-group/name or id")
    .option("--json", "print JSON")
    .action(async (vm: string, options: { json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const rows = await allPages((page) =>
        session.server.call((api) => api.points.list.query({ vm, page, pageSize: 200 })),
      );
      print(session, rows, (width) =>
        formatTable(columns, rows, { empty: "No recovery points yet.", width }),
      );
    });

  program
    .command("verify")
    .description("check that a recovery point is whole, and wait for the result")
    .argument("<point>", pointHelp)
    .option("--full", "decrypt and digest every byte, not only the structure")
    .option("--no-wait", "start it and do not wait")
    .option("--json", "print JSON")
    .action(async (point: string, options: { full?: boolean; wait: boolean; json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const mode = options.full === true ? "full" : "quick";
      const started = await session.server.call((api) => api.points.verify.mutate({ point, mode }));
      if (!options.wait) {
        print(session, started, () => `verification started: job ${started.jobId}`);
        return;
      }
      const job = await finishJob(session, surroundings, started.jobId);
      const checked = await session.server.call((api) => api.points.get.query({ point: started.pointId }));
      const ok = job.state === "succeeded" && checked.lastVerified?.ok === true;
      if (!ok) surroundings.exit(exitCodes.failed);
      const verdict = ok ? `recovery point ${checked.id} is whole (${mode})` : jobOutcome(job);
      print(
        session,
        { ...started, job, lastVerified: checked.lastVerified, detail: checked.lastVerifyDetail },
        () => verdict,
      );
    });

  registerDeletion(program, surroundings);
};

const registerDeletion: Register = (program, surroundings) => {
  program
    .command("delete-point")
    .description("delete a recovery point; its row stays in the reports, with who and why")
    .argument("<point>", pointHelp)
    .requiredOption("--reason <text>", "why; it is kept as evidence")
    .option("--wait", "wait until it is gone")
    .option("--json", "print JSON")
    .action(async (point: string, options: { reason: string; wait?: boolean; json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const started = await session.server.call((api) =>
        api.points.delete.mutate({ point, reason: options.reason }),
      );
      if (options.wait !== true) {
        print(session, started, () => `deletion of ${started.pointId} started: job ${started.jobId}`);
        return;
      }
      const job = await finishJob(session, surroundings, started.jobId);
      print(session, { ...started, job }, () => jobOutcome(job));
    });
};
