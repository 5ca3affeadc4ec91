import { array, assert, boolean, constantFrom, property, record } from "fast-check";
import { expect, test } from "vitest";
import { type ErrorKind, KluisError } from "../errors/errors.ts";
import { noticeText } from "../notices/notices.ts";
import {
  chooseRung,
  type RungAttempt,
  type RungSituation,
  rungFailureOf,
  rungFailures,
  rungNotice,
  type SnapshotRequest,
  snapshotRequests,
  triesOfLadder,
  triesOfRung,
} from "./consistency-ladder.ts";

const running: RungSituation = {
  osType: "windows",
  powerState: "running",
  agentState: "ready",
  canCrash: true,
  canSnapshotDisks: true,
};
const off: RungSituation = { ...running, powerState: "deallocated" };
const rules = { wanted: "application", otherwise: "continue", vss: "full" } as const;
const strict = { ...rules, otherwise: "fail" } as const;

const failed = (request: SnapshotRequest, failure: RungAttempt["failure"]): RungAttempt => ({
  request,
  failure,
  notice: rungNotice({ request, failure }, "Azure said so."),
});

const attempts = array(
  record({
    request: constantFrom(...snapshotRequests),
    failure: constantFrom(...rungFailures),
    notice: constantFrom(null),
  }),
  { maxLength: 14 },
);
const situations = record({
  osType: constantFrom("windows", "linux"),
  powerState: constantFrom("running", "stopped", "deallocated", "starting", "unknown"),
  agentState: constantFrom("ready", "not-ready", "unknown"),
  extensionsAllowed: constantFrom(null, false),
  canCrash: boolean(),
  canSnapshotDisks: boolean(),
} as const);
const policies = record({
  wanted: constantFrom("application", "crash"),
  otherwise: constantFrom("continue", "fail"),
  vss: constantFrom("full"),
} as const);

test("climbs down by outcome: guest, crash-consistent, none", () => {
  expect(chooseRung(running, rules, [])).toMatchObject({ request: "best", wanted: "application" });
  const lower = chooseRung(running, rules, [failed("best", "vss")]);
  expect(lower).toMatchObject({ kind: "try", request: "crash", notice: { code: "guest-vss-failed" } });
  const none = chooseRung(running, rules, [failed("best", "vss"), failed("crash", "unsupported")]);
  expect(none).toMatchObject({ kind: "fail", why: "none-left" });
});

test("a VM that stopped meanwhile is tried without its guest, and is not lower than wanted", () => {
  const choice = chooseRung(off, strict, [failed("best", "busy")]);
  expect(choice).toMatchObject({ kind: "try", request: "crash", wanted: "file", notice: null });
});

test("a VM that started meanwhile is tried with its guest", () => {
  expect(chooseRung(running, rules, [failed("crash", "busy")])).toMatchObject({ request: "best" });
});

test("a stopped VM without restore points gets snapshots of its disks, a running one nothing", () => {
  const full = [failed("crash", "restore-points-full")];
  expect(chooseRung(off, strict, full)).toMatchObject({ request: "disks", wanted: "file", notice: null });
  expect(chooseRung({ ...off, canCrash: false }, rules, [])).toMatchObject({ request: "disks" });
  expect(chooseRung(running, rules, [failed("best", "restore-points-full")])).toMatchObject({
    kind: "fail",
    why: "none-left",
  });
});

test("what may pass is tried again with growing pauses, then the next rung", () => {
  const made: RungAttempt[] = [];
  const pauses: number[] = [];
  for (;;) {
    const choice = chooseRung(running, rules, made);
    if (choice.kind === "fail" || choice.request !== "best") break;
    pauses.push(choice.afterMs);
    made.push(failed("best", "busy"));
  }
  expect(pauses).toEqual([0, 5_000, 60_000, 240_000, 600_000]);
  expect(chooseRung(running, rules, made)).toMatchObject({ request: "crash", afterMs: 0 });
});

test("a policy that requires the level fails instead of going lower", () => {
  expect(chooseRung(running, strict, [failed("best", "agent")])).toMatchObject({
    kind: "fail",
    why: "policy",
    wanted: "application",
  });
});

test("property: the ladder ends, whatever fails and however the VM changes", () => {
  assert(
    property(
      array(situations, { minLength: 1, maxLength: 40 }),
      attempts,
      policies,
      (seen, fails, policy) => {
        const made: RungAttempt[] = [];
        for (let round = 0; ; round++) {
          const [now] = seen.slice(round % seen.length);
          const choice = now === undefined ? null : chooseRung(now, policy, made);
          if (choice === null || choice.kind === "fail") break;
          expect(made.length).toBeLessThan(triesOfLadder);
          made.push({ ...failed(choice.request, fails[round % (fails.length || 1)]?.failure ?? "busy") });
        }
        expect(made.length).toBeLessThanOrEqual(triesOfLadder);
        for (const request of snapshotRequests)
          expect(made.filter((one) => one.request === request).length).toBeLessThanOrEqual(triesOfRung);
      },
    ),
  );
});

test("property: no choice is lower than a strict policy allows, or impossible for the VM", () => {
  assert(
    property(situations, attempts, policies, (seen, made, policy) => {
      const choice = chooseRung(seen, policy, made);
      if (choice.kind === "fail") return true;
      const isOff = seen.powerState === "stopped" || seen.powerState === "deallocated";
      const possible = {
        best: seen.powerState === "running",
        crash: seen.canCrash,
        disks: isOff && seen.canSnapshotDisks,
      };
      return possible[choice.request] && (policy.otherwise === "continue" || choice.notice === null);
    }),
  );
});

test("every failure has a reason that a page can show", () => {
  for (const failure of rungFailures)
    expect(noticeText(rungNotice({ request: "best", failure }, "Azure said so."))).toContain(
      "Azure said so.",
    );
});

const error = (kind: ErrorKind): KluisError => new KluisError(kind, { message: "" });
test.each([
  [error({ code: "GUEST_FAILED", reason: "vss-writers" }), "best", "vss"],
  [error({ code: "GUEST_FAILED", reason: "com-plus" }), "best", "com-plus"],
  [error({ code: "GUEST_FAILED", reason: "reported" }), "best", "guest"],
  [error({ code: "GUEST_FAILED", reason: "reported" }), "crash", "unsupported"],
  [error({ code: "AGENT_NOT_READY", reason: "reported" }), "best", "agent"],
  [error({ code: "EXTENSION_FAILED", reason: "reported" }), "best", "extension"],
  [error({ code: "AZURE_FORBIDDEN", reason: "policy" }), "best", "policy"],
  [error({ code: "AZURE_FORBIDDEN", reason: "connection" }), "best", null],
  [error({ code: "AZURE_CONFLICT", reason: "vm-changed" }), "crash", "vm-changed"],
  [error({ code: "AZURE_CONFLICT", reason: "restore-point-running" }), "crash", "busy"],
  [error({ code: "AZURE_LIMIT_REACHED", reason: "restore-points" }), "crash", "restore-points-full"],
  [error({ code: "AZURE_LIMIT_REACHED", reason: "quota" }), "crash", null],
  [error({ code: "AZURE_FAILED", reason: "reported" }), "best", "unknown"],
  [error({ code: "AZURE_UNREACHABLE" }), "best", null],
  [error({ code: "AZURE_THROTTLED", reason: "connection" }), "best", null],
  [new Error("anything"), "best", null],
] as const)("%s of %s is %s", (thrown, request, failure) => {
  expect(rungFailureOf(thrown, request)).toBe(failure);
});

test("a request that Azure did not take, and a busy collection, are not failures of the snapshot", () => {
  const collection =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/restorePointCollections/c";
  const of = (kind: ErrorKind, params: KluisError["params"]) =>
    rungFailureOf(new KluisError(kind, { message: "No.", params }), "best");
  const busy = { code: "AZURE_CONFLICT", reason: "busy" } as const;
  const failure = { code: "AZURE_FAILED", reason: "reported" } as const;
  expect(of(failure, { status: 503, target: collection })).toBeNull();
  expect(of(failure, { status: null, target: `${collection}/restorePoints/p` })).toBe("unknown");
  expect(of(busy, { target: collection })).toBeNull();
  expect(of(busy, { target: `${collection}/restorePoints/p` })).toBe("busy");
});
