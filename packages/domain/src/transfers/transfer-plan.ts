/**
 * From the rows of open transfers to the rules: claims for the dispatcher, and the forecast with its reasons. Pure. Both use the same
 * order, so that a forecast says what the dispatcher will do.
 */
import { limits } from "../base/limits.ts";
import { HeldSlots } from "./held-slots.ts";
import { transferPriority } from "./transfer-class.ts";
import {
  type Forecast,
  type ForecastWork,
  forecastTransfers,
  isAtRisk,
  isSafe,
  type RateKey,
  type TransferRates,
} from "./transfer-forecast.ts";
import {
  compareClaims,
  isOverloaded,
  isSharedByTeam,
  orderDeadline,
  type TransferClaim,
} from "./transfer-order.ts";
import type { TransferReason } from "./transfer-wait.ts";
import { deadlineForOrder, type OpenSpan, openSpans, type ZonedWindow } from "./transfer-window.ts";

/** Parts in the queue and in work, as a multiple of the engines' slots: no slot waits for the next dispatch. */
export const SLOTS_AHEAD = 2;
/** How far ahead windows are looked at: every window opens at least once a week. */
const HORIZON_MS = 9 * 86_400_000;

/** A running transfer as the dispatcher reads it. */
export interface RunningTransfer extends RateKey {
  readonly jobId: string;
  readonly class: TransferClaim["class"];
  readonly vmId: string;
  /** Empty for a VM without a team. */
  readonly team: string;
  readonly deadlineAt: Date | null;
  /** The deadline of the first snapshot that this one replaced before its transfer. */
  readonly firstDeadlineAt: Date | null;
  readonly servedAt: Date;
  readonly waiting: number;
  readonly held: number;
  readonly leftBytes: number;
  /** The window that binds it; null: data may move at any time. */
  readonly zoned: ZonedWindow | null;
}

/** When windows are open, from now on: transfers of one policy share the answer. */
export class WindowTimes {
  readonly #now: Date;
  readonly #known = new Map<string, readonly OpenSpan[]>();

  constructor(now: Date) {
    this.#now = now;
  }

  /** Null: always. */
  spans(zoned: ZonedWindow | null): readonly OpenSpan[] | null {
    if (zoned === null) return null;
    const key = JSON.stringify([zoned.timeZone, zoned.window]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = openSpans(zoned, this.#now, new Date(this.#now.getTime() + HORIZON_MS));
    this.#known.set(key, found);
    return found;
  }

  isOpen(zoned: ZonedWindow | null): boolean {
    const now = this.#now.getTime();
    return this.spans(zoned)?.some(({ start, end }) => start <= now && now < end) ?? true;
  }
}

/** What turns rows into claims. */
export interface Measures {
  readonly now: Date;
  readonly rates: TransferRates;
  readonly windows: WindowTimes;
}

export function claimOf(one: RunningTransfer, { now, rates, windows }: Measures): TransferClaim {
  const spans = windows.spans(one.zoned);
  const due = (at: Date | null): number | null =>
    at === null ? null : deadlineForOrder(spans, now.getTime(), at.getTime());
  return {
    jobId: one.jobId,
    class: one.class,
    team: one.team,
    vmId: one.vmId,
    deadlineAt: due(one.deadlineAt),
    firstDeadlineAt: due(one.firstDeadlineAt),
    servedAt: one.servedAt.getTime(),
    waiting: one.waiting,
    held: one.held,
    workMs: (one.leftBytes * 1_000) / rates.of(one) + (one.waiting + one.held) * limits.segmentOverheadMs,
    isOpen: windows.isOpen(one.zoned),
  };
}

/** An open backup, restore or second copy, for the forecast. Before its plan, `waiting` and `leftBytes` are expected values. */
export interface OpenTransfer extends RunningTransfer {
  /** An outage stops it until then, at least. */
  readonly parkedUntil: Date | null;
  /** An older transfer of its VM has not ended. */
  readonly hasOlder: boolean;
  /** `none`: its data may not move yet, as a backup before its snapshot. `turn`: it has not begun. `parts`: parts are given out. */
  readonly stage: "none" | "turn" | "parts";
}

export interface TransferForecast extends Forecast {
  readonly waitsFor: TransferReason | null;
}

/** Forecasts all open transfers. `slots`: of the engines that live. */
export function planForecast(
  open: readonly OpenTransfer[],
  { slots, ...measures }: Measures & { readonly slots: number },
): { readonly forecasts: TransferForecast[]; readonly isOverloaded: boolean } {
  const now = measures.now.getTime();
  const known = open.map((one) => ({ one, claim: claimOf(one, measures) }));
  const backups = known.filter(({ claim }) => claim.class === "backup");
  const overloaded = isOverloaded(
    backups.map(({ claim }) => claim),
    { now, slots },
  );
  const inOrder = inTurn(known, { now, slots, overloaded });
  const vms = new Set(open.map(({ vmId }) => vmId)).size;
  const mostSlots = vms === 1 ? slots : Math.max(1, Math.ceil(slots / 2));
  const works = inOrder.map(({ one, claim }) => workOf(one, { claim, mostSlots, measures }));
  const scene = sceneOf(inOrder, { slots, overloaded });
  const byId = new Map(inOrder.map((item) => [item.one.jobId, item]));
  const forecasts = forecastTransfers(works, { now, slots }).flatMap((forecast) => {
    const item = byId.get(forecast.jobId);
    return item === undefined ? [] : [{ ...forecast, waitsFor: reasonOf(item, scene) }];
  });
  return { forecasts, isOverloaded: overloaded };
}

interface Known {
  readonly one: OpenTransfer;
  readonly claim: TransferClaim;
}

/**
 * The order of the dispatcher. When the work does not fit before its deadlines, and for restores, teams share the slots: a transfer
 * comes when its team has had as much as all others, which is the work of the team before it.
 */
function inTurn(
  known: readonly Known[],
  { now, slots, overloaded }: { readonly now: number; readonly slots: number; readonly overloaded: boolean },
): Known[] {
  const sorted = known.toSorted((a, b) => compareClaims(a.claim, b.claim, { now, slots }));
  const teams = new Map<string, number>();
  return sorted
    .map((item, index) => {
      const { team, workMs } = item.claim;
      const key = `${item.claim.class} ${team}`;
      const before = teams.get(key) ?? 0;
      teams.set(key, before + workMs);
      return { item, index, before: isSharedByTeam(item.claim, overloaded) ? before : 0 };
    })
    .sort((a, b) => classOrder(a.item, b.item) || a.before - b.before || a.index - b.index)
    .map(({ item }) => item);
}

function classOrder(a: Known, b: Known): number {
  return transferPriority[a.claim.class] - transferPriority[b.claim.class];
}

function workOf(
  one: OpenTransfer,
  given: { readonly claim: TransferClaim; readonly mostSlots: number; readonly measures: Measures },
): ForecastWork {
  const { claim, mostSlots, measures } = given;
  const now = measures.now.getTime();
  const from = Math.max(now, one.parkedUntil?.getTime() ?? now);
  const spans = measures.windows.spans(one.zoned);
  const later = { start: from, end: now + HORIZON_MS };
  return {
    jobId: one.jobId,
    parts: Math.max(1, one.waiting + one.held),
    workMs: claim.workMs,
    mostSlots,
    // The end of an outage is not known: the next try is the earliest.
    spans: from === now ? spans : spans === null ? [later] : spans.filter(({ end }) => end > from),
    deadlineAt: one.deadlineAt?.getTime() ?? null,
  };
}

/** What the reasons of all transfers depend on. */
interface Scene {
  /** The first in order whose parts could move now. */
  readonly first: Known | null;
  readonly overloaded: boolean;
  readonly held: HeldSlots;
  readonly teams: number;
  /** Slots for each team when all have the same. */
  readonly fairShare: number;
}

function sceneOf(
  inOrder: readonly Known[],
  { slots, overloaded }: { readonly slots: number; readonly overloaded: boolean },
): Scene {
  const held = new HeldSlots();
  for (const { one } of inOrder) held.add(one, one.held);
  const teams = new Set(inOrder.map(({ one }) => one.team)).size;
  const mayMove = ({ one, claim }: Known): boolean =>
    one.stage === "parts" && one.waiting > 0 && one.parkedUntil === null && claim.isOpen;
  return {
    first: inOrder.find(mayMove) ?? null,
    overloaded,
    held,
    teams,
    fairShare: (slots * SLOTS_AHEAD) / Math.max(1, teams),
  };
}

function reasonOf({ one, claim }: Known, scene: Scene): TransferReason | null {
  if (one.parkedUntil !== null) return "outage";
  if (one.stage === "none" || one.held > 0) return null;
  if (one.hasOlder) return "previous";
  if (one.stage === "turn") return "slots";
  if (one.waiting === 0) return null;
  if (!claim.isOpen) return "window";
  const { first, overloaded, held, teams, fairShare } = scene;
  if (first !== null && transferPriority[first.one.class] < transferPriority[one.class])
    return first.one.class === "restore" ? "restores" : "backups";
  const shares = teams > 1 && isSharedByTeam(one, overloaded);
  if (shares && held.ofTeam(one) >= fairShare) return "share";
  const isEarlier = first !== null && orderDeadline(first.claim) < orderDeadline(claim);
  return isEarlier ? "deadlines" : "slots";
}

/** The last forecast of a job, as stored. */
export interface StoredForecast {
  readonly forecastAt: Date | null;
  readonly forecastEndAt: Date | null;
  readonly queuePosition: number | null;
  readonly waitsFor: TransferReason | null;
  readonly deadlineAtRisk: boolean;
}

/** A forecast that has not changed is stored again after this time, so that its age says that forecasts are made. */
const STORED_AGAIN_MS = 10 * 60_000;
/** A changed end that is nearer than this, or than this share of the time until it, is not news. */
const END_NEWS_MS = 60_000;
const END_NEWS_SHARE = 0.05;

/** Whether a forecast differs enough from the stored one to be stored. */
export function isForecastNews(stored: StoredForecast, next: TransferForecast, now: Date): boolean {
  const { forecastAt, forecastEndAt, queuePosition, waitsFor, deadlineAtRisk } = stored;
  if (forecastAt === null || now.getTime() - forecastAt.getTime() >= STORED_AGAIN_MS) return true;
  if (waitsFor !== next.waitsFor || deadlineAtRisk !== next.isAtRisk) return true;
  const moved = Math.abs((queuePosition ?? 0) - next.position);
  if (moved > (queuePosition ?? 0) / 10) return true;
  if (forecastEndAt === null || next.endAt === null)
    return (forecastEndAt === null) !== (next.endAt === null);
  const least = Math.max(END_NEWS_MS, (next.endAt - now.getTime()) * END_NEWS_SHARE);
  return Math.abs(forecastEndAt.getTime() - next.endAt) > least;
}

/** A deadline that was at risk stays so until twice the margin is left, so that small changes of the forecast raise nothing again. */
export function judgeRisk(given: {
  readonly wasAtRisk: boolean;
  readonly now: number;
  readonly endAt: number | null;
  readonly deadlineAt: number | null;
}): boolean {
  const { wasAtRisk, ...times } = given;
  return wasAtRisk ? !isSafe(times) : isAtRisk(times);
}
