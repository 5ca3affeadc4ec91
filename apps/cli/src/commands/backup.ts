import type { JobView, PointView } from "@kluis/api/types";
import { finishJob, jobOutcome, openSession, print, type Register, type Session } from "../command.ts";
import { bytesOf } from "../format.ts";

export const registerBackup: Register = (program, surroundings) => {
  program
    .command("backup")
    .description("back up a protected virtual machine now")
    .argument("<vm>", "name, resource-group/name or id")
    .option("--wait", "wait until the backup has ended")
    .option("--json", "print JSON")
    .action(async (vm: string, options: { wait?: boolean; json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const started = await session.server.call((api) => api.backup.start.mutate({ vm }));
      if (options.wait !== true) {
        print(session, started, () => `backup of ${started.vm.name} started: job ${started.jobId}`);
        return;
      }
      const job = await finishJob(session, surroundings, started.jobId);
      const point = await resultOf(session, job);
      print(session, { ...started, job, point }, () =>
        [jobOutcome(job), pointLine(point)].filter(Boolean).join("\n"),
      );
    });
};

/** The recovery point that a job made, or null. */
export async function resultOf(session: Session, job: JobView): Promise<PointView | null> {
  const point = job.resultPointId;
  return point === null ? null : session.server.call((api) => api.points.get.query({ point }));
}

/** `recovery point <id> <vm> <consistency> <moved>/<logical>` */
export function pointLine(point: PointView | null): string {
  if (point === null) return "";
  const amount = `${bytesOf(point.movedBytes)}/${bytesOf(point.logicalBytes)}`;
  return `recovery point ${point.id} ${point.vm.name} ${point.consistency} ${amount}`;
}
