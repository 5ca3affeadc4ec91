/** An engine process whose database disappears: it waits, and a new engine of the same process continues the work. */
import { enqueue, inTransaction } from "@kluis/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { parseEngineEnv } from "../src/env.ts";
import { keepRunning } from "../src/keep-running.ts";
import { openLog } from "../src/log.ts";
import { Proxy } from "./chaos/proxy.ts";
import { MIB, random, standardPolicy, until, World } from "./world.ts";

let world: World;
let proxy: Proxy;
const stopping = new AbortController();
const started: Engine[] = [];
const lines: string[] = [];
let running: Promise<void>;

beforeAll(async () => {
  world = await World.start();
  const url = new URL(world.engineEnv["DATABASE_URL"] ?? "");
  proxy = await Proxy.start(Number(url.port));
  url.port = String(proxy.port);
  proxy.refusing = true;
  running = keepRunning({
    config: parseEngineEnv({ ...world.engineEnv, DATABASE_URL: url.href }),
    log: openLog({ format: "json", level: "warn", write: (line) => void lines.push(line) }),
    clock: world.clock,
    recurring: false,
    signal: stopping.signal,
    onStart: (engine) => void started.push(engine),
  });
});
afterAll(async () => {
  stopping.abort();
  await running;
  await proxy.stop();
  await world.stop();
});

const engineNumber = (number: number): Promise<Engine> =>
  until(`engine ${number}`, 60_000, () => Promise.resolve(started[number - 1] ?? null));

it("waits for a database that is not there yet, instead of ending", async () => {
  await until("the first refusal", 30_000, () => Promise.resolve(lines[0] ?? null));
  expect(lines.join("")).toContain("DATABASE_UNREACHABLE");
  expect(started).toEqual([]);
  proxy.refusing = false;
  const engine = await engineNumber(1);
  expect(engine.lost.aborted).toBe(false);
});

it("continues a job in the same process after the database was gone", async () => {
  world.engines.push(await engineNumber(1));
  const image = await world.image("kept", 24 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "kept", disks: [image], policy: standardPolicy });
  const jobId = await world.startBackup(vmId);
  await until("a running job", 30_000, async () => {
    const { state } = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
    return state === "running" ? true : null;
  });
  proxy.refusing = true;
  proxy.cut();
  await until("the loss", 30_000, () => Promise.resolve(started[0]?.lost.aborted === true ? true : null));
  proxy.refusing = false;
  const next = await engineNumber(2);
  world.engines.splice(0, 1, next);
  expect((await world.ended(jobId)).state).toBe("succeeded");
  const engines = await world.db.prisma.engineProcess.findMany({ orderBy: { startedAt: "asc" } });
  expect(engines.map(({ id, endedAt }) => [id, endedAt === null])).toEqual([
    [started[0]?.id, false],
    [next.id, true],
  ]);
  expect(lines.filter((line) => line.includes('"INTERNAL"'))).toEqual([]);
});

/** Refuses to remove tasks from the queue. */
const refuseEnds = `
  CREATE FUNCTION kluis_test_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
  CREATE TRIGGER kluis_test_refuse BEFORE DELETE ON graphile_worker._private_jobs
    FOR EACH ROW EXECUTE FUNCTION kluis_test_refuse()`;

it("follows an engine that could not store the end of a task", async () => {
  const number = started.length;
  const engine = await engineNumber(number);
  await world.db.pool.query(refuseEnds);
  await inTransaction(world.db, (tx) => enqueue(tx, "azure.reconcile", {}));
  await until("the loss", 30_000, () => Promise.resolve(engine.lost.aborted ? true : null));
  await world.db.pool.query("DROP FUNCTION kluis_test_refuse CASCADE");
  world.engines.splice(0, 1, await engineNumber(number + 1));
  const left = await until("an empty queue", 30_000, async () => {
    const { rows } = await world.db.pool.query(
      "SELECT 1 FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL",
    );
    return rows.length === 0 ? rows : null;
  });
  expect(left).toEqual([]);
});
