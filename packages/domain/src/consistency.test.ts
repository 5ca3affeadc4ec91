import { expect, test } from "vitest";
import { type GuestSituation, judgeConsistency, planConsistency } from "./consistency.ts";
import { type Notice, noticeText } from "./notices.ts";

const windows: GuestSituation = { osType: "windows", powerState: "running", agentState: "ready" };
const linux: GuestSituation = { ...windows, osType: "linux" };
const textOf = (notice: Notice | null): string => (notice === null ? "" : noticeText(notice));
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
] as const)("$name requires $wanted and requests $request", ({ guest, wants, wanted, request }) => {
  const plan = planConsistency(guest, { ...rules, wanted: wants });
  expect(plan).toEqual({ wanted, request, notice: null, needsExtension: request === "best" });
});

test("without the agent the plan requests the next lower level with the reason, or nothing when the policy says fail", () => {
  const away: GuestSituation = { ...windows, agentState: "not-ready" };
  const plan = planConsistency(away, rules);
  expect(plan).toMatchObject({ wanted: "application", request: "crash" });
  expect(plan.notice).toEqual({ code: "guest-agent-not-ready", params: {} });
  expect(planConsistency(away, { ...rules, otherwise: "fail" }).request).toBeNull();
  const starting = planConsistency({ ...windows, powerState: "starting" }, rules);
  expect(starting).toMatchObject({ request: "crash", needsExtension: false });
  expect(textOf(starting.notice)).toContain("starting");
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
  expect(textOf(outcome.notice)).toMatch(reason);
});

test("a lower level is not acceptable when the policy says fail", () => {
  const plan = planConsistency(windows, { ...rules, otherwise: "fail" });
  const judged = judgeConsistency(plan, windows, { azure: "file-system", otherwise: "fail" });
  expect(judged.acceptable).toBe(false);
});
