import { expect, test } from "vitest";
import { type GuestSituation, judgeConsistency, planConsistency } from "./consistency.ts";

const windows: GuestSituation = { osType: "windows", powerState: "running", agentState: "ready" };
const linux: GuestSituation = { ...windows, osType: "linux" };
const rules = { wanted: "application", otherwise: "continue", vss: "full" } as const;

test.each([
  ["running Windows wants application", windows, rules, "application", "best", true],
  ["running Linux wants file", linux, rules, "file", "best", true],
  ["a stopped VM is file-consistent", { ...windows, powerState: "stopped" }, rules, "file", "crash", false],
  [
    "a deallocated VM is file-consistent",
    { ...linux, powerState: "deallocated" },
    rules,
    "file",
    "crash",
    false,
  ],
  [
    "a crash-consistent policy asks for no guest",
    windows,
    { ...rules, wanted: "crash" },
    "crash",
    "crash",
    false,
  ],
] as const)("%s", (_name, guest, which, wanted, request, needsExtension) => {
  expect(planConsistency(guest, which)).toEqual({ wanted, request, reason: null, needsExtension });
});

test("without the agent the next lower level is asked for with the reason, or nothing when the policy says fail", () => {
  const away: GuestSituation = { ...windows, agentState: "not-ready" };
  expect(planConsistency(away, rules)).toMatchObject({
    wanted: "application",
    request: "crash",
    reason: expect.stringContaining("agent"),
  });
  expect(planConsistency(away, { ...rules, otherwise: "fail" }).request).toBeNull();
  expect(planConsistency({ ...windows, powerState: "starting" }, rules)).toMatchObject({
    request: "crash",
    reason: expect.stringContaining("starting"),
    needsExtension: false,
  });
});

test.each([
  [windows, "application", "application", null],
  [windows, "file-system", "file", "VSS"],
  [windows, "crash", "crash", "crash-consistent"],
  [linux, "file-system", "file", null],
  [linux, "application", "application", null],
  [linux, "crash", "crash", "crash-consistent"],
  [{ ...windows, powerState: "stopped" }, "crash", "file", null],
] as const)("%o reached %s", (guest, azure, reached, reason) => {
  const outcome = judgeConsistency(planConsistency(guest, rules), guest, { azure, otherwise: "continue" });
  expect(outcome.reached).toBe(reached);
  if (reason === null) expect(outcome.reason).toBeNull();
  else expect(outcome.reason).toContain(reason);
  expect(outcome.acceptable).toBe(true);
});

test("a lower level is not acceptable when the policy says fail", () => {
  const plan = planConsistency(windows, { ...rules, otherwise: "fail" });
  const judged = judgeConsistency(plan, windows, { azure: "file-system", otherwise: "fail" });
  expect(judged.acceptable).toBe(false);
});
