/** Recurring tasks: every engine queues them, and one engine runs each of them once per period. */
import { limits, type TaskName, type WorkName, workNames, workRules } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "./queue.ts";

type RecurringName = Extract<
  TaskName,
  | "schedule.tick"
  | "discover"
  | "retention.run"
  | "history.expire"
  | "snapshots.expire"
  | "vault.collect"
  | "vault.damage-reach"
  | "vault.copies"
  | "vault.compare"
  | "verify.schedule"
  | "azure.sweep"
  | "ledger.anchor"
  | "transfer.dispatch"
  | "transfer.forecast"
  | "vault.keys-check"
  | "approvals.expire"
  | "rules.apply"
  | "directory.read"
>;

const MINUTE = 60_000;

interface Recurring {
  readonly name: RecurringName;
  /** Delay of the first run after the start of an engine. */
  readonly firstAfterMs: number;
}

/** The task of each kind of work. Null: another one wakes it. */
const tasks: Readonly<Record<WorkName, Recurring | null>> = {
  schedule: { name: "schedule.tick", firstAfterMs: 0 },
  forecast: { name: "transfer.forecast", firstAfterMs: MINUTE },
  discovery: { name: "discover", firstAfterMs: 0 },
  retention: { name: "retention.run", firstAfterMs: 2 * MINUTE },
  history: { name: "history.expire", firstAfterMs: 3 * MINUTE },
  "kept-snapshots": { name: "snapshots.expire", firstAfterMs: 2 * MINUTE },
  // Woken by each sweep, and by each wish to remove something.
  reconcile: null,
  sweep: { name: "azure.sweep", firstAfterMs: MINUTE },
  collection: { name: "vault.collect", firstAfterMs: 5 * MINUTE },
  anchor: { name: "ledger.anchor", firstAfterMs: MINUTE },
  copies: { name: "vault.copies", firstAfterMs: MINUTE },
  comparison: { name: "vault.compare", firstAfterMs: 20 * MINUTE },
  "damage-reach": { name: "vault.damage-reach", firstAfterMs: MINUTE },
  verification: { name: "verify.schedule", firstAfterMs: 2 * MINUTE },
  approvals: { name: "approvals.expire", firstAfterMs: MINUTE },
  assignment: { name: "rules.apply", firstAfterMs: MINUTE },
  directory: { name: "directory.read", firstAfterMs: MINUTE },
};

const RECURRING = [
  ...workNames.flatMap((work) => {
    const task = tasks[work];
    return task === null ? [] : [{ ...task, everyMs: workRules[work].everyMs }];
  }),
  // No work of its kind has items that stay behind: each run decides about all transfers.
  { name: "vault.keys-check", everyMs: 60 * MINUTE, firstAfterMs: MINUTE } as const,
  { name: "transfer.dispatch", everyMs: limits.dispatchMs, firstAfterMs: 0 } as const,
];

/** The end of the period that contains `at`. It is the same for all engines, so that their tasks share one key. */
export function nextBoundary(at: Date, everyMs: number): Date {
  return new Date((Math.floor(at.getTime() / everyMs) + 1) * everyMs);
}

/** Keeps the next run of each recurring task in the queue. */
export class RecurringTasks {
  readonly #deps: Pick<EngineDeps, "db" | "clock" | "log">;
  readonly #planned = new Map<RecurringName, number>();
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: Pick<EngineDeps, "db" | "clock" | "log">) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const now = this.#deps.clock.now().getTime();
    for (const { name, firstAfterMs } of RECURRING) await this.#add(name, new Date(now + firstAfterMs));
    this.#running = this.#keepPlanned();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #keepPlanned(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await this.#deps.clock.wait(limits.scheduleTickMs / 3, signal);
      if (signal.aborted) return;
      await this.#plan();
    }
  }

  async #plan(): Promise<void> {
    try {
      const now = this.#deps.clock.now();
      for (const { name, everyMs } of RECURRING) {
        const next = nextBoundary(now, everyMs);
        if (this.#planned.get(name) === next.getTime()) continue;
        await this.#add(name, next);
        this.#planned.set(name, next.getTime());
      }
    } catch (error) {
      this.#deps.log.warn({ error }, "recurring tasks were not queued; trying again soon");
    }
  }

  async #add(name: RecurringName, runAt: Date): Promise<void> {
    await addTask(this.#deps.db.prisma, { name, payload: {}, runAt, keepEarlier: true });
  }
}
