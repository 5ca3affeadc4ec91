/** Forecasts when each open transfer ends, stores what has changed, and raises deadlines at risk before they are missed. */
import {
  clearAttention,
  countSlots,
  databaseNow,
  type ForecastRow,
  inTransaction,
  listOpenTransfers,
  listRateSamples,
  raiseAttention,
  saveForecast,
  setTransferOverload,
  type Tx,
} from "@kluis/db";
import {
  isForecastNews,
  judgeRisk,
  type Notice,
  notice,
  planForecast,
  RATE_SAMPLES,
  type TransferForecast,
  TransferRates,
  WindowTimes,
} from "@kluis/domain";
import { SEGMENT_BYTES } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

/** Forecasts that one page stores. */
const PAGE = 200;

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

interface Item {
  readonly row: ForecastRow;
  readonly forecast: TransferForecast;
}

interface Made {
  readonly now: Date;
  /** Those that differ from the stored forecasts, by job. */
  readonly changed: readonly Item[];
}

/** Forecasts all open transfers, or continues to store what the last run began with. */
export function forecastOpenTransfers(deps: Deps, signal: AbortSignal): Promise<Again | null> {
  return runWork(deps, forecasting(deps), signal);
}

function forecasting(deps: Deps): RecurringWork<Item> {
  let made: Made | null = null;
  const remembered = async (): Promise<Made> => (made ??= await make(deps));
  return {
    name: "forecast",
    async page(cursor) {
      const { changed } = await remembered();
      const from = changed.findIndex(({ row }) => cursor === null || row.jobId > cursor);
      const items = from < 0 ? [] : changed.slice(from, from + PAGE);
      const isLast = from < 0 || from + PAGE >= changed.length;
      return { items, next: isLast ? null : (items.at(-1)?.row.jobId ?? null) };
    },
    nameOf: ({ row }) => (row.vm === null ? `job ${row.jobId}` : `transfer of ${row.vm.name}`),
    async work(item) {
      const { now } = await remembered();
      await inTransaction(deps.db, (tx) => store(tx, item, now));
    },
  };
}

async function make({ db }: Deps): Promise<Made> {
  const { prisma } = db;
  const now = await databaseNow(prisma);
  const [rows, samples, slots] = await Promise.all([
    listOpenTransfers(prisma, { partBytes: SEGMENT_BYTES }),
    listRateSamples(prisma, RATE_SAMPLES),
    countSlots(prisma),
  ]);
  const measures = { now, rates: new TransferRates(samples), windows: new WindowTimes(now) };
  const { forecasts, isOverloaded } = planForecast(rows, { ...measures, slots });
  await setTransferOverload(prisma, isOverloaded);
  const byId = new Map(rows.map((row) => [row.jobId, row]));
  const changed = forecasts
    .flatMap((found): Item[] => {
      const row = byId.get(found.jobId);
      if (row === undefined) return [];
      const forecast = { ...found, isAtRisk: riskOf(row, found, now) };
      return isForecastNews(row, forecast, now) ? [{ row, forecast }] : [];
    })
    .sort((a, b) => (a.row.jobId < b.row.jobId ? -1 : 1));
  return { now, changed };
}

function riskOf(
  { deadlineAtRisk, deadlineAt }: ForecastRow,
  { endAt }: TransferForecast,
  now: Date,
): boolean {
  const times = { now: now.getTime(), endAt, deadlineAt: deadlineAt?.getTime() ?? null };
  return judgeRisk({ wasAtRisk: deadlineAtRisk, ...times });
}

/** A job that has ended meanwhile keeps the end that it stored. */
async function store(tx: Tx, { row, forecast }: Item, now: Date): Promise<void> {
  if (!(await saveForecast(tx, forecast, { now }))) return;
  const key = `deadline:${row.jobId}` as const;
  const said = forecast.isAtRisk ? riskNotice(row, forecast, now) : null;
  if (said !== null)
    await raiseAttention(tx, { key, kind: "deadline", vmId: row.vm?.id ?? null, notice: said });
  else if (row.deadlineAtRisk) await clearAttention(tx, key);
}

function riskNotice({ vm, deadlineAt }: ForecastRow, { endAt }: TransferForecast, now: Date): Notice | null {
  if (vm === null || deadlineAt === null) return null;
  const about = { vm: vm.name, deadlineAt: deadlineAt.toISOString() };
  if (deadlineAt <= now) return notice("deadline-passed", about);
  if (endAt === null) return notice("deadline-unreachable", about);
  return notice("deadline-at-risk", { ...about, endsAt: new Date(endAt).toISOString() });
}
