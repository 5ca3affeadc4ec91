/** Backups on request. */
import { formatBytes } from "@kluis/domain";
import type { JobView, PointView } from "../api-types.ts";
import { defineCommand, print, type Session } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { vmArgument, waitFlag } from "../values.ts";
import { exitCodeOfJob, jobOutcome, waitForJob } from "../wait.ts";
import { consistencyText } from "../words.ts";
import { manyOptions, startMany } from "./bulk.ts";

export const backup = defineCommand({
  name: "backup",
  summary: "Back up a protected virtual machine now",
  details: "With --also, one bulk action starts the backups.",
  input: { vm: vmArgument, ...manyOptions, wait: waitFlag("the backup ends") },
  examples: ["backup web-01 --wait", "backup web-01 --also web-02 web-03"],
  run: async (session, { vm, also, wait }) => {
    if (also !== undefined)
      return startMany(session, { kind: "backup", selection: { vms: [vm, ...also] } }, wait);
    const started = await session.server.call((api) => api.backup.start.mutate({ vm }));
    if (!wait) {
      print(session, started, () => `Backup of ${started.vm.name} has started: job ${started.jobId}`);
      return exitCodes.ok;
    }
    const job = await waitForJob(started.jobId, session);
    const point = await resultOf(session, job);
    print(session, { ...started, job, point }, () => jobOutcome(job) + pointLine(point));
    return exitCodeOfJob(job);
  },
});

/** Returns the recovery point that a job made, or null. */
export async function resultOf(session: Session, job: JobView): Promise<PointView | null> {
  const point = job.resultPointId;
  return point === null ? null : session.server.call((api) => api.points.get.query({ point }));
}

/** A line about a new recovery point, to follow another; empty for null. */
export function pointLine(point: PointView | null): string {
  if (point === null) return "";
  const { id, consistency, movedBytes, logicalBytes } = point;
  const amount = `${formatBytes(movedBytes)} of ${formatBytes(logicalBytes)} moved`;
  return `\nRecovery point ${id}\n  ${consistencyText(consistency)}, ${amount}`;
}
