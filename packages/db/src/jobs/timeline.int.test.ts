import { type ErrorInfo, engineActor, errorInfo, KluisError } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addVm, TestClock } from "../../test/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { condemnJob, endJob } from "./timeline.ts";
import { createJob } from "./write.ts";

let database: TestDatabase;
const clock = new TestClock();
const outage: ErrorInfo = errorInfo(new KluisError("VAULT_UNREACHABLE", { message: "No answer." }));

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

// The job's result was durable already when an outage or a newer snapshot condemned it, so it continues to its end.
test.each(["succeeded", "failed"] as const)("a condemned job that %s", async (state) => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const made = { kind: "backup", vmId, trigger: "manual", actor: engineActor } as const;
  const jobId = await inTransaction(db, (tx) => createJob(tx, made, clock));
  await db.prisma.job.update({ where: { id: jobId }, data: { state: "running" } });
  expect(await condemnJob(db.prisma, jobId, outage)).toBe(true);
  const stage = state === "succeeded" ? "done" : "failed";
  await inTransaction(db, (tx) => endJob(tx, jobId, { state, stage, at: clock.now() }));
  const { error } = await db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
  expect(error).toEqual(state === "succeeded" ? null : expect.objectContaining({ code: outage.code }));
});
