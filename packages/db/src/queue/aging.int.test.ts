import { randomUUID } from "node:crypto";
import { type TaskName, type TaskPayload, taskPriority } from "@kluis/domain";
import { Logger, runOnce } from "graphile-worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { raiseAgedTask } from "./aging.ts";
import { enqueue } from "./enqueue.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const MINUTE = 60_000;
const logger = new Logger(() => () => undefined);

async function add<N extends TaskName>(
  task: N,
  payload: TaskPayload<N>,
  dueMinutesAgo: number,
): Promise<void> {
  const runAt = new Date(Date.now() - dueMinutesAgo * MINUTE);
  await enqueue(database.db.prisma, task, payload, { runAt, priority: taskPriority(task) });
}

function segment(): { jobId: string; diskKey: string; segment: number } {
  return { jobId: randomUUID(), diskKey: "os", segment: 0 };
}

/** The names of all due tasks, in the order in which the queue gives them out. */
async function drain(): Promise<string[]> {
  const ran: string[] = [];
  const names = ["restore.segment", "backup.segment", "verify.run", "vault.collect"];
  const taskList = Object.fromEntries(names.map((name) => [name, () => void ran.push(name)]));
  await runOnce({ pgPool: database.db.pool, logger, taskList });
  return ran;
}

test("the queue runs restores before backups before verifications, whatever is due first", async () => {
  await add("verify.run", { jobId: randomUUID() }, 20);
  await add("backup.segment", segment(), 10);
  await add("backup.segment", segment(), 10);
  await add("restore.segment", segment(), 0);
  expect(await raiseAgedTask(database.db.prisma)).toBe(0);
  expect(await drain()).toEqual(["restore.segment", "backup.segment", "backup.segment", "verify.run"]);
});

test("what waited for long runs before all others, one at a time", async () => {
  await add("verify.run", { jobId: randomUUID() }, 50);
  await add("verify.run", { jobId: randomUUID() }, 40);
  await add("backup.segment", segment(), 60);
  await add("restore.segment", segment(), 60);
  expect(await raiseAgedTask(database.db.prisma)).toBe(1);
  expect(await raiseAgedTask(database.db.prisma)).toBe(0);
  expect(await drain()).toEqual(["verify.run", "restore.segment", "backup.segment", "verify.run"]);
});
