import { expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { type Notice, noticeText } from "../notices/notices.ts";
import {
  type GuestSituation,
  judgeConsistency,
  planConsistency,
  type SnapshotSight,
  wasStopped,
} from "./consistency.ts";

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

const seen = (guest: GuestSituation): SnapshotSight => ({
  osType: guest.osType,
  before: guest.powerState,
  after: guest.powerState,
  earlier: [guest.powerState],
  lookedAt: 1_000,
  takenAt: 1_000 + limits.clockToleranceMs,
  deallocatedAt: null,
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
  const plan = planConsistency(guest, rules);
  const outcome = judgeConsistency(plan, seen(guest), { azure, otherwise: "continue" });
  expect(outcome).toMatchObject({ reached, acceptable: true });
  expect(textOf(outcome.notice)).toMatch(reason);
});

test("a lower level is not acceptable when the policy says fail", () => {
  const plan = planConsistency(windows, { ...rules, otherwise: "fail" });
  const judged = judgeConsistency(plan, seen(windows), { azure: "file-system", otherwise: "fail" });
  expect(judged.acceptable).toBe(false);
});

test("a VM that forbids extensions is crash-consistent, with that reason, and gets none", () => {
  const plan = planConsistency({ ...windows, extensionsAllowed: false }, rules);
  expect(plan).toMatchObject({ request: "crash", needsExtension: false });
  expect(plan.notice?.code).toBe("guest-extensions-forbidden");
});

const off = seen({ ...linux, powerState: "deallocated" });
test.each([
  { name: "stopped before and after", sight: off, stopped: true },
  {
    name: "started meanwhile",
    sight: { ...off, after: "running" },
    stopped: false,
    code: "vm-started-meanwhile",
  },
  { name: "running before", sight: { ...off, before: "running", earlier: ["running"] }, stopped: false },
  { name: "not read again", sight: { ...off, after: null }, stopped: false },
  {
    name: "stopped after the snapshot of an earlier try",
    sight: { ...off, earlier: ["running", "deallocated"], takenAt: 500 },
    stopped: false,
  },
  {
    name: "stopped during an earlier try that gave no snapshot",
    sight: { ...off, earlier: ["running", "deallocated"] },
    stopped: true,
  },
  {
    name: "stopped during an earlier try, by clocks that may differ by more",
    sight: { ...off, earlier: ["running", "deallocated"], takenAt: 2_000 },
    stopped: false,
    code: "vm-stop-unproven",
  },
  {
    name: "deallocated before the snapshot, by Azure's clock",
    sight: { ...off, earlier: ["running", "deallocated"], takenAt: 900, deallocatedAt: 800 },
    stopped: true,
  },
  {
    name: "deallocated after the snapshot",
    sight: { ...off, earlier: ["running", "deallocated"], takenAt: 900, deallocatedAt: 950 },
    stopped: false,
    code: "vm-stop-unproven",
  },
  {
    name: "in an unknown power state afterwards",
    sight: { ...off, after: "unknown" },
    stopped: false,
    code: "vm-state-unknown",
  },
  { name: "stopped all along, by a clock that is behind", sight: { ...off, takenAt: 500 }, stopped: true },
] as const)("a crash-consistent snapshot of a VM $name", ({ sight, stopped, ...wanted }) => {
  expect(wasStopped(sight)).toBe(stopped);
  const judged = judgeConsistency({ wanted: "file", notice: null }, sight, {
    azure: "crash",
    otherwise: "continue",
  });
  expect(judged.reached).toBe(stopped ? "file" : "crash");
  expect(judged.notice === null).toBe(stopped);
  expect(judged).toMatchObject("code" in wanted ? { notice: { code: wanted.code } } : {});
});
