/** A transfer of a simulated week, and its state. */
import { deadlineForOrder } from "../src/transfers/transfer-window.ts";
import type { FleetJob } from "./fleet-world.ts";

export interface SimulatedJob {
  readonly job: FleetJob;
  /** Parts that wait, by index into `job.parts`. */
  readonly waiting: number[];
  held: number;
  done: number;
  leftBytes: number;
  servedAt: number;
  /** `deadlineForOrder`, as of the last look. */
  dueAt: number | null;
  /** The deadline of the first snapshot that this one replaced. */
  firstDeadlineAt: number | null;
  firstAt: number | null;
  endedAt: number | null;
  /** When its deadline was reported as at risk first. */
  riskAt: number | null;
  isSuperseded: boolean;
  wasParked: boolean;
}

export function toSimulated(job: FleetJob): SimulatedJob {
  return {
    job,
    waiting: job.parts.map((_, index) => index),
    held: 0,
    done: 0,
    leftBytes: job.parts.reduce((sum, bytes) => sum + bytes, 0),
    servedAt: job.readyAt,
    dueAt: job.deadlineAt,
    firstDeadlineAt: null,
    firstAt: null,
    endedAt: null,
    riskAt: null,
    isSuperseded: false,
    wasParked: false,
  };
}

/** When it is due, for the order of transfers. */
export function dueAt({ job }: SimulatedJob, now: number): number | null {
  return job.deadlineAt === null ? null : deadlineForOrder(job.spans, now, job.deadlineAt);
}

export function keyOf({ dueAt: at, firstDeadlineAt: first }: SimulatedJob): number {
  return Math.min(at ?? Number.MAX_SAFE_INTEGER, first ?? Number.MAX_SAFE_INTEGER);
}

export function rateKey(group: number): { vault: string; subscription: string; diskKind: string } {
  return { vault: `vault-${group % 2}`, subscription: `subscription-${group}`, diskKind: "Premium_LRS" };
}

/** When data of a job may move next; infinite when its window does not open again. */
export function openingOf({ spans }: FleetJob, now: number): number {
  if (spans === null) return now;
  const span = spans.find(({ end }) => end > now);
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(now, span.start);
}
