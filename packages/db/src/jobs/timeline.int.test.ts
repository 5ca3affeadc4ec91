import { type ErrorInfo, engineActor, errorInfo, KluisError, notice, retriedError } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addVm, TestClock } from "../../test/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { changeStep, condemnJob, countRetry, endJob, startWorkJob } from "./timeline.ts";
import { loadWorkJob } from "./work.ts";
import { createJob } from "./write.ts";

let database: TestDatabase;
const clock = new TestClock();
const outage: ErrorInfo = errorInfo(new KluisError("INTERNAL", { message: "No answer." }));

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

// The job's result was durable already when an outage or a newer snapshot condemned it, so it continues to its end.
test("a step that is tried again keeps the whole error until it ends", async () => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const made = { kind: "backup", vmId, trigger: "manual", actor: engineActor } as const;
  const jobId = await inTransaction(db, (tx) => createJob(tx, made, clock));
  const job = await loadWorkJob(db.prisma, jobId);
  if (job === null) throw new Error("The job does not exist.");
  const at = clock.now();
  await startWorkJob(db.prisma, job, { at });
  await changeStep(db.prisma, jobId, { name: "prepare", state: "running", at });
  const error = { ...outage, action: "Check the network." };
  await countRetry(db.prisma, jobId, error);
  const where = { jobId_name: { jobId, name: "prepare" } };
  expect(retriedError(await db.prisma.jobStep.findUniqueOrThrow({ where }))).toEqual(error);
  await changeStep(db.prisma, jobId, {
    name: "prepare",
    state: "done",
    notice: notice("step-canceled", {}),
    at,
  });
  expect(await db.prisma.jobStep.findUniqueOrThrow({ where })).toMatchObject({ detail: {}, attempt: 2 });
  await inTransaction(db, (tx) => endJob(tx, jobId, { state: "failed", stage: "failed", at }));
});

test("a job that gives up stores what a user does, not that Kluis tries again", async () => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const made = { kind: "backup", vmId, trigger: "manual", actor: engineActor } as const;
  const jobId = await inTransaction(db, (tx) => createJob(tx, made, clock));
  const action = "Check the network. Kluis tries again automatically.";
  await condemnJob(db.prisma, jobId, { ...outage, action });
  const job = await loadWorkJob(db.prisma, jobId);
  expect(job?.error?.action).toBe("Check the network. Correct the cause, then start it again.");
  await inTransaction(db, (tx) => endJob(tx, jobId, { state: "failed", stage: "failed", at: clock.now() }));
});

test.each([
  { state: "succeeded", stage: "done", code: null },
  { state: "failed", stage: "failed", code: "INTERNAL" },
] as const)("a condemned job that ends as $state", async ({ state, stage, code }) => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const made = { kind: "backup", vmId, trigger: "manual", actor: engineActor } as const;
  const jobId = await inTransaction(db, (tx) => createJob(tx, made, clock));
  await db.prisma.job.update({ where: { id: jobId }, data: { state: "running" } });
  expect(await condemnJob(db.prisma, jobId, outage)).toBe(true);
  await inTransaction(db, (tx) => endJob(tx, jobId, { state, stage, at: clock.now() }));
  const job = await loadWorkJob(db.prisma, jobId);
  expect(job?.error?.code ?? null).toBe(code);
});
