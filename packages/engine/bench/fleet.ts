/** Measures what the engine repeats, and what pages read, in a database with a large fleet. Used by `npm run seed-fleet`. */
import {
  countFleet,
  type Db,
  databaseNow,
  listFleet,
  listHistory,
  listJobViews,
  listOpenJobs,
  listPointViews,
  readStorage,
} from "@kluis/db";
import { systemClock } from "@kluis/domain";
import { openLog } from "../src/log.ts";
import { tick } from "../src/schedule/tick.ts";
import { expireHistory } from "../src/upkeep/history.ts";
import { applyRetention } from "../src/upkeep/retention.ts";

export interface Measured {
  readonly what: string;
  readonly ms: number;
  /** Processor time of this process, without PostgreSQL. */
  readonly cpuMs: number;
  readonly result: string;
}

const visibility = { all: true } as const;

/** Measures each thing once, after one run that fills the caches where it changes nothing. */
export async function measureFleet(db: Db, report: (measured: Measured) => void): Promise<void> {
  const measure = async (what: string, work: () => Promise<string>): Promise<void> => {
    const cpu = process.cpuUsage();
    const began = performance.now();
    const result = await work();
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    report({ what, ms, cpuMs: (user + system) / 1_000, result });
  };
  await measureEngine(db, measure);
  await measurePages(db, measure);
}

type Measure = (what: string, work: () => Promise<string>) => Promise<void>;

async function measureEngine(db: Db, measure: Measure): Promise<void> {
  const { prisma, pool } = db;
  const deps = { db, clock: systemClock, log: openLog({ format: "text", level: "error" }), historyDays: 180 };
  const alive = new AbortController().signal;
  const run = async (): Promise<string> => {
    const { started, skipped, missed } = await tick(deps, await databaseNow(prisma));
    return `${started} started, ${skipped} skipped, ${missed} missed`;
  };
  const due = (column: string, count: number): Promise<unknown> =>
    pool.query(
      `UPDATE "Protection" SET "${column}" = kluis_now() - interval '1 minute',
        "scheduledThrough" = least("scheduledThrough", kluis_now() - interval '1 day')
      WHERE id IN (SELECT id FROM "Protection" WHERE "nextDueAt" > kluis_now() ORDER BY id LIMIT ${count})`,
    );
  await run();
  await measure("tick, nothing due", run);
  await due("nextDueAt", 200);
  await measure("tick, 200 VMs due", run);
  await due("nextDueAt", 1_000);
  await measure("tick, 1,000 VMs due", run);
  const retain = async (): Promise<string> => {
    const written = await writes(db, "RecoveryPoint", async () => void (await applyRetention(deps, alive)));
    return `${written} points written`;
  };
  await measure("retention, nothing due", retain);
  await due("retentionDueAt", 100);
  await measure("retention, 100 VMs, first verdicts", retain);
  await due("retentionDueAt", 100);
  await measure("retention, the same 100 VMs again", retain);
  await measure("history, segments of ended jobs", async () => {
    while ((await expireHistory(deps, alive)) !== null);
    return `${await prisma.jobSegment.count()} segments left`;
  });
  await measure("jobs to resume at a start", async () => `${(await listOpenJobs(prisma)).length} jobs`);
}

/** The rows of a table that work writes: those that a later transaction has made. */
async function writes(db: Db, table: string, work: () => Promise<void>): Promise<number> {
  const { rows } = await db.pool.query<{ id: string }>("SELECT pg_current_xact_id()::text AS id");
  await work();
  const since = BigInt(rows[0]?.id ?? 0) % 2n ** 32n;
  const found = await db.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM "${table}" WHERE xmin::text::bigint > $1`,
    [String(since)],
  );
  return found.rows[0]?.count ?? 0;
}

async function measurePages(db: Db, measure: Measure): Promise<void> {
  const { prisma } = db;
  const now = await databaseNow(prisma);
  const policies = await prisma.policy.findMany({ select: { id: true } });
  const scope = { visibility, now, maxAges: policies.map(({ id }) => ({ policyId: id, seconds: 93_600 })) };
  const first = { page: 1, pageSize: 50 } as const;
  await measure("overview: VMs by status", async () => JSON.stringify(await countFleet(prisma, scope)));
  await measure("overview: history of 30 days", async () => {
    const from = new Date(now.getTime() - 30 * 24 * 3_600_000);
    return `${(await listHistory(prisma, visibility, { from })).length} days`;
  });
  await measure("overview: storage", async () => {
    const since = new Date(now.getTime() - 24 * 3_600_000);
    return `${(await readStorage(prisma, visibility, since)).points} points`;
  });
  await measure("list of VMs, first page", async () => {
    const order = { sort: "name", direction: "asc", ...first } as const;
    return `${(await listFleet(prisma, scope, { filter: {}, order })).total} VMs`;
  });
  await measure("list of recovery points, first page", async () => {
    const order = { sort: "takenAt", direction: "desc", ...first } as const;
    return `${(await listPointViews(prisma, visibility, { filter: {}, order })).total} points`;
  });
  await measure("list of jobs, first page", async () => {
    const order = { sort: "createdAt", direction: "desc", ...first } as const;
    return `${(await listJobViews(prisma, visibility, { filter: {}, order })).total} jobs`;
  });
}
