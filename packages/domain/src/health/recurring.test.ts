import { expect, test } from "vitest";
import { judgeWork, type WorkState, workRules } from "./recurring.ts";
import { workNames } from "./recurring-names.ts";

const now = new Date("2026-05-01T12:00:00Z");
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const fresh: WorkState = {
  name: "schedule",
  failed: 0,
  lastFailed: 0,
  lastDone: 3,
  startedAt: null,
  lastEndedAt: ago(1_000),
  lastSuccessAt: ago(1_000),
};

test("work is healthy until its success is too old", () => {
  expect(judgeWork(fresh, now)).toMatchObject({ kind: "healthy", notice: { params: { done: 3 } } });
  const { overdueMs } = workRules.schedule;
  expect(judgeWork({ ...fresh, lastSuccessAt: ago(overdueMs) }, now).kind).toBe("healthy");
  expect(judgeWork({ ...fresh, lastSuccessAt: ago(overdueMs + 1) }, now).kind).toBe("overdue");
});

test("a failed item of the pass under way shows before the pass ends", () => {
  expect(judgeWork({ ...fresh, failed: 2 }, now)).toEqual({ kind: "failing", failed: 2, of: "current" });
  expect(judgeWork({ ...fresh, lastFailed: 1 }, now)).toEqual({ kind: "failing", failed: 1, of: "last" });
});

test("work that never succeeded is measured from its first start", () => {
  const never = { ...fresh, lastSuccessAt: null, lastEndedAt: null };
  expect(judgeWork({ ...never, startedAt: ago(60_000) }, now).kind).toBe("healthy");
  expect(judgeWork({ ...never, startedAt: ago(3_600_000) }, now).kind).toBe("overdue");
});

test("each kind of work may miss several periods before it is overdue", () => {
  for (const name of workNames) {
    expect(workRules[name].overdueMs).toBeGreaterThanOrEqual(2 * workRules[name].everyMs);
  }
});
