import { expect, test } from "vitest";
import { type GuestSituation, judgeConsistency, planConsistency } from "./consistency.ts";

const windows: GuestSituation = { osType: "windows", powerState: "running", agentState: "ready" };
const linux: GuestSituation = { ...windows, osType: "linux" };
const rules = { wanted: "application", otherwise: "continue", vss: "full" } as const;

test.each([
  { name: "running Windows", guest: windows, wants: "application", wanted: "application", request: "best" },
  { name: "running Linux", guest: linux, wants: "application", wanted: "file", request: "best" },
  {
    name: "a stopped VM",
    guest: { ...windows, powerState: "stopped" },
    wants: "application",
    wanted: "file",
    request: "crash",
  },
  {
    name: "a deallocated VM",
    guest: { ...linux, powerState: "deallocated" },
    wants: "application",
    wanted: "file",
    request: "crash",
  },
  { name: "a crash-consistent policy", guest: windows, wants: "crash", wanted: "crash", request: "crash" },
] as const)("$name: wanted is $wanted, requests $request", ({ guest, wants, wanted, request }) => {
  const plan = planConsistency(guest, { ...rules, wanted: wants });
  expect(plan).toEqual({ wanted, request, reason: null, needsExtension: request === "best" });
});

test("without a ready agent: requests the next lower level with a reason, or nothing if the policy says fail", () => {
  const away: GuestSituation = { ...windows, agentState: "not-ready" };
  const plan = planConsistency(away, rules);
  expect(plan).toMatchObject({ wanted: "application", request: "crash" });
  expect(plan.reason).toContain("agent");
  expect(planConsistency(away, { ...rules, otherwise: "fail" }).request).toBeNull();
  const starting = planConsistency({ ...windows, powerState: "starting" }, rules);
  expect(starting).toMatchObject({ request: "crash", needsExtension: false });
  expect(starting.reason).toContain("starting");
});

test.each([
  { guest: windows, azure: "application", reached: "application", reason: /^$/ },
  { guest: windows, azure: "file-system", reached: "file", reason: /VSS/ },
  { guest: windows, azure: "crash", reached: "crash", reason: /crash-consistent/ },
  { guest: linux, azure: "file-system", reached: "file", reason: /^$/ },
  { guest: linux, azure: "application", reached: "application", reason: /^$/ },
  { guest: linux, azure: "crash", reached: "crash", reason: /crash-consistent/ },
  { guest: { ...windows, powerState: "stopped" }, azure: "crash", reached: "file", reason: /^$/ },
] as const)("$guest.osType $guest.powerState: Azure says $azure", ({ guest, azure, reached, reason }) => {
  const outcome = judgeConsistency(planConsistency(guest, rules), guest, { azure, otherwise: "continue" });
  expect(outcome).toMatchObject({ reached, acceptable: true });
  expect(outcome.reason ?? "").toMatch(reason);
});

test("a lower level is not acceptable when the policy says fail", () => {
  const plan = planConsistency(windows, { ...rules, otherwise: "fail" });
  const judged = judgeConsistency(plan, windows, { azure: "file-system", otherwise: "fail" });
  expect(judged.acceptable).toBe(false);
});
