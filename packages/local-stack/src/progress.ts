/** Shows running backups in the terminal, and prints a line for each new recovery point. */
import type { JobView } from "@kluis/api/types";
import { formatBytes, openJobStates, toKluisError } from "@kluis/domain";
import type { Caller } from "./operator.ts";
import type { DiskProgress, Screen } from "./terminal.ts";
import { pause } from "./wait.ts";

const POLL_MS = 500;
const IDLE_POLL_MS = 2_000;

export interface ProgressOptions {
  readonly caller: () => Promise<Caller>;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/**
 * Follows every backup until the signal fires, jobs of an earlier start included. Reports the first failed query of a row (the
 * database may be restarting) and retries.
 */
export async function followBackups({ caller, screen, signal }: ProgressOptions): Promise<void> {
  const open = new Set<string>();
  let failing = false;
  while (!signal.aborted) {
    try {
      await pollOnce(await caller(), screen, open);
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) screen.say(`Jobs cannot be shown: ${toKluisError(error).message}`);
      failing = true;
    }
    await pause(open.size > 0 ? POLL_MS : IDLE_POLL_MS, signal);
  }
}

/** Draws the running jobs, prints those that ended since the last poll, and updates `open`. */
async function pollOnce(api: Caller, screen: Screen, open: Set<string>): Promise<void> {
  const active = await api.jobs.list({ kind: ["backup"], state: [...openJobStates], pageSize: 50 });
  const views = await Promise.all(active.rows.map((row) => api.jobs.get({ job: row.id })));
  const now = new Set(views.map((view) => view.id));
  for (const id of open) {
    if (now.has(id)) continue;
    screen.say(await outcomeLine(api, await api.jobs.get({ job: id })));
    open.delete(id);
  }
  for (const id of now) open.add(id);
  screen.bars(views.flatMap(diskBars));
}

/** Returns a bar per disk of a job, in its order; empty before the plan. */
export function diskBars(job: JobView): DiskProgress[] {
  return job.disks.map((disk) => ({
    label: `${job.vm?.name ?? "?"} ${disk.key}`,
    doneBytes: Math.min(disk.readBytes, disk.plannedBytes),
    plannedBytes: disk.plannedBytes,
    state: disk.state,
  }));
}

async function outcomeLine(api: Caller, job: JobView): Promise<string> {
  if (job.resultPointId !== null) return pointLine(await api.points.get({ point: job.resultPointId }));
  const why =
    job.error === null
      ? ""
      : `: ${job.error.message}${job.error.action === null ? "" : ` ${job.error.action}`}`;
  return `backup of ${job.vm?.name ?? "?"} ${job.state}${why}`;
}

interface PointFacts {
  readonly id: string;
  readonly vm: { readonly name: string };
  readonly consistency: string;
  readonly movedBytes: number;
  readonly logicalBytes: number;
}

/** `recovery point <id> <vm> <consistency> <moved>/<logical>` */
export function pointLine(point: PointFacts): string {
  const size = `${formatBytes(point.movedBytes)}/${formatBytes(point.logicalBytes)}`;
  return `recovery point ${point.id} ${point.vm.name} ${point.consistency} ${size}`;
}

/** Prints the newest point of each VM, on a start with existing data. */
export async function latestPoints(caller: () => Promise<Caller>, screen: Screen): Promise<void> {
  const { rows } = await (await caller()).points.list({ pageSize: 100 });
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.vm.id)) continue;
    seen.add(row.vm.id);
    screen.say(pointLine(row));
  }
}
