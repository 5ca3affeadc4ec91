import { setTimeout as delay } from "node:timers/promises";
import type { JobView } from "@kluis/api/types";
import { patiently, type Server } from "./client.ts";
import { progressText, type Terminal } from "./terminal.ts";

const pollMs = 1_000;

/**
 * Follows a job until it ends and shows its progress; a server that restarts in between is waited for.
 * Interrupting it stops the watching, not the job.
 */
export async function waitForJob(
  jobId: string,
  {
    server,
    terminal,
    signal,
  }: { readonly server: Server; readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<JobView> {
  const reporter = new Reporter(terminal);
  for (;;) {
    const job = await patiently(() => server.call((api) => api.jobs.get.query({ job: jobId })), signal);
    reporter.show(job);
    if (job.endedAt !== null) return job;
    await delay(pollMs, undefined, { signal });
  }
}

/** A bar that is redrawn on a terminal; elsewhere a line per step and per tenth. */
class Reporter {
  readonly #terminal: Terminal;
  #stage = "";
  #tenth = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(job: JobView): void {
    if (this.#terminal.json) return;
    const { plannedBytes, doneBytes } = job.progress;
    const moving = job.stage === "transfer" && plannedBytes > 0;
    if (this.#terminal.live) {
      const text = moving
        ? progressText({
            label: job.stage,
            done: doneBytes,
            total: plannedBytes,
            bytesPerSecond: rateOf(job),
          })
        : `${job.stage} …`;
      this.#terminal.draw(text);
      return;
    }
    if (job.stage !== this.#stage) this.#terminal.note(`${job.vm?.name ?? job.kind}: ${job.stage}`);
    this.#stage = job.stage;
    const tenth = moving ? Math.floor((doneBytes / plannedBytes) * 10) : 0;
    if (tenth > this.#tenth) this.#terminal.note(`${job.vm?.name ?? job.kind}: ${tenth * 10} % transferred`);
    this.#tenth = Math.max(this.#tenth, tenth);
  }
}

function rateOf(job: JobView): number | null {
  const rates = job.disks.filter((disk) => disk.state === "running").map((disk) => disk.bytesPerSecond ?? 0);
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
}
