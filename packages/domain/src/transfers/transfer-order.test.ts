import fc from "fast-check";
import { expect, test } from "vitest";
import { HeldSlots } from "./held-slots.ts";
import { transferClasses } from "./transfer-class.ts";
import {
  AGED_AFTER_MS,
  AGED_EVERY,
  type DispatchState,
  handOut,
  isOverloaded,
  SHARED_EVERY,
  type TransferClaim,
} from "./transfer-order.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-06-01T00:00Z");
const claim = (jobId: string, more: Partial<TransferClaim> = {}): TransferClaim => ({
  jobId,
  class: "backup",
  team: "a",
  vmId: `vm-${jobId}`,
  deadlineAt: NOW + 24 * HOUR,
  servedAt: NOW,
  waiting: 4,
  held: 0,
  workMs: 60_000,
  isOpen: true,
  ...more,
});
const state = (more: Partial<DispatchState> = {}): DispatchState => ({
  now: NOW,
  slots: 8,
  free: 1,
  ahead: 0,
  held: new HeldSlots(),
  turn: 0,
  isOverloaded: false,
  ...more,
});
const order = (claims: readonly TransferClaim[], more: Partial<DispatchState> = {}): string[] =>
  handOut(claims, state(more)).map(({ jobId }) => jobId);

test("restores come before backups, then copies, then verifications, regardless of deadlines", () => {
  const claims = [
    claim("verify", { class: "verify", waiting: 1, deadlineAt: NOW + HOUR }),
    claim("copy", { class: "copy", waiting: 1, deadlineAt: null }),
    claim("backup", { waiting: 1, deadlineAt: NOW + HOUR }),
    claim("restore", { class: "restore", waiting: 1, deadlineAt: null }),
  ];
  expect(order(claims, { free: 4 })).toEqual(["restore", "backup", "copy", "verify"]);
});

test("copies and verifications take no place ahead of the slots, so that a backup is next", () => {
  const copy = claim("copy", { class: "copy", waiting: 20, deadlineAt: null });
  const verify = claim("verify", { class: "verify", waiting: 20, deadlineAt: null });
  const parts = (claims: readonly TransferClaim[], free: number) =>
    handOut(claims, state({ slots: 8, ahead: 4, free })).reduce((sum, one) => sum + one.parts, 0);
  expect(parts([copy, verify], 8)).toBe(4);
  expect(parts([copy, verify], 4)).toBe(0);
  expect(parts([copy, verify, claim("backup", { waiting: 3 })], 4)).toBe(3);
});

test("second copies of two teams share the slots, also below capacity", () => {
  const copy = (jobId: string, team: string) =>
    claim(jobId, { class: "copy", team, waiting: 20, deadlineAt: null });
  const many = Array.from({ length: 10 }, (_, n) => copy(`many-${n}`, "many"));
  const given = new Map(
    handOut([...many, copy("one", "one")], state({ free: 8 })).map((given) => [given.jobId, given.parts]),
  );
  expect(given.get("one")).toBe(4);
});

test("the earliest deadline is first, and a transfer that is late waits for those that are not", () => {
  const claims = [
    claim("no-deadline", { waiting: 1, deadlineAt: null }),
    claim("later", { waiting: 1, deadlineAt: NOW + 3 * HOUR }),
    claim("sooner", { waiting: 1, deadlineAt: NOW + HOUR }),
    claim("missed", { waiting: 1, deadlineAt: NOW - HOUR }),
    claim("too-much", { waiting: 8, workMs: 40 * HOUR, deadlineAt: NOW + 2 * HOUR }),
  ];
  expect(order(claims, { free: 5 })).toEqual(["sooner", "later", "no-deadline", "missed", "too-much"]);
});

test("a closed window gives nothing", () => {
  expect(order([claim("closed", { isOpen: false }), claim("open", { waiting: 1 })], { free: 4 })).toEqual([
    "open",
  ]);
});

test("a VM takes all slots when it is alone, and half of them when others wait", () => {
  const large = claim("large", { waiting: 100, deadlineAt: NOW + HOUR });
  expect(handOut([large], state({ free: 8 }))).toEqual([{ jobId: "large", parts: 8 }]);
  const parts = new Map(
    handOut([large, claim("small", { waiting: 100 })], state({ free: 8 })).map((one) => [
      one.jobId,
      one.parts,
    ]),
  );
  expect(parts).toEqual(
    new Map([
      ["large", 4],
      ["small", 4],
    ]),
  );
  const restore = claim("restore", { class: "restore", waiting: 100 });
  expect(handOut([restore, claim("small", { waiting: 100 })], state({ free: 8 }))).toEqual([
    { jobId: "restore", parts: 4 },
    { jobId: "small", parts: 4 },
  ]);
});

test("beyond capacity, each team gets its share first; below it, only deadlines count", () => {
  const many = Array.from({ length: 20 }, (_, n) =>
    claim(`many-${n + 10}`, { team: "many", deadlineAt: NOW + HOUR }),
  );
  const few = claim("few", { team: "few", deadlineAt: NOW + 2 * HOUR });
  const teams = (isOver: boolean): number =>
    handOut([...many, few], state({ free: 8, isOverloaded: isOver }))
      .filter(({ jobId }) => jobId === "few")
      .reduce((sum, { parts }) => sum + parts, 0);
  expect(teams(false)).toBe(0);
  expect(teams(true)).toBe(4);
});

test("restores have no deadlines, so teams always share: many restores of one team do not hold back the one of another", () => {
  const restore = (jobId: string, team: string, servedAt: number) =>
    claim(jobId, { class: "restore", team, servedAt, deadlineAt: null, waiting: 20 });
  const many = Array.from({ length: 40 }, (_, n) => restore(`many-${n + 10}`, "many", NOW - HOUR / 4));
  const given = new Map(
    handOut([...many, restore("few", "few", NOW)], state({ free: 8 })).map(({ jobId, parts }) => [
      jobId,
      parts,
    ]),
  );
  expect(given.get("few")).toBe(4);
});

test("many small restores leave every fourth slot to backups, and all of them when no backup waits", () => {
  const restores = Array.from({ length: 40 }, (_, n) =>
    claim(`restore-${n + 10}`, { class: "restore", deadlineAt: null, waiting: 1 }),
  );
  const backups = [claim("late", { deadlineAt: NOW - HOUR }), claim("tonight", { deadlineAt: NOW + HOUR })];
  const partsOf = (claims: readonly TransferClaim[]) =>
    new Map(handOut(claims, state({ slots: 16, free: 16 })).map(({ jobId, parts }) => [jobId, parts]));
  const shared = partsOf([...restores, ...backups]);
  expect([shared.get("tonight"), shared.get("late")]).toEqual([4, undefined]);
  expect([...shared.values()].reduce((sum, parts) => sum + parts, 0)).toBe(16);
  expect([...partsOf(restores).keys()]).toHaveLength(16);
  // One engine with one slot gives it to a backup in turn.
  const turns = Array.from({ length: SHARED_EVERY }, (_, turn) =>
    order([...restores, ...backups], { slots: 1, free: 1, turn }),
  );
  expect(turns.flat().filter((jobId) => jobId === "tonight")).toHaveLength(1);
});

test("work is too much when it does not fit before one of its deadlines", () => {
  const work = (hours: number, deadlineHours: number | null) => ({
    workMs: hours * HOUR,
    deadlineAt: deadlineHours === null ? null : NOW + deadlineHours * HOUR,
  });
  expect(isOverloaded([work(4, 2), work(8, 6)], { now: NOW, slots: 2 })).toBe(false);
  expect(isOverloaded([work(4, 2), work(8.1, 6)], { now: NOW, slots: 2 })).toBe(true);
  expect(isOverloaded([work(4.1, 2)], { now: NOW, slots: 2 })).toBe(true);
  // Late work and work without a deadline do not count.
  expect(isOverloaded([work(99, -1), work(99, null)], { now: NOW, slots: 2 })).toBe(false);
  expect(isOverloaded([], { now: NOW, slots: 0 })).toBe(false);
});

const anyClaim = fc.record({
  class: fc.constantFrom(...transferClasses),
  team: fc.constantFrom("a", "b", "c"),
  vm: fc.integer({ min: 0, max: 6 }),
  deadlineHours: fc.option(fc.integer({ min: -5, max: 30 })),
  waitedMs: fc.integer({ min: 0, max: 2 * AGED_AFTER_MS }),
  waiting: fc.integer({ min: 0, max: 12 }),
  workMs: fc.integer({ min: 0, max: 5 * HOUR }),
  isOpen: fc.boolean(),
});
const anyClaims = fc.array(anyClaim, { maxLength: 25 }).map((list) =>
  list.map(({ vm, deadlineHours, waitedMs, ...rest }, n) =>
    claim(`job-${String(n).padStart(2, "0")}`, {
      ...rest,
      vmId: `vm-${vm}`,
      deadlineAt: deadlineHours === null ? null : NOW + deadlineHours * HOUR,
      servedAt: NOW - waitedMs,
    }),
  ),
);
const anyState = fc.record({
  free: fc.integer({ min: 0, max: 40 }),
  turn: fc.integer({ min: 0, max: 100 }),
  isOverloaded: fc.boolean(),
});

test("no copy or verification that runs or waits changes which backups get slots", () => {
  const anyHeld = fc.array(fc.tuple(anyClaim, fc.integer({ min: 1, max: 8 })), { maxLength: 10 });
  const anySlots = fc.tuple(anyState, fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(anyClaims, anySlots, anyHeld, (claims, [given, ahead], copies) => {
      const held = new HeldSlots();
      for (const [{ vm, team }, parts] of copies) held.add({ class: "copy", team, vmId: `vm-${vm}` }, parts);
      // Not the slots for the longest wait.
      const fresh = claims.map((one) => ({ ...one, servedAt: NOW }));
      const backups = new Set(fresh.flatMap(({ class: of, jobId }) => (of === "backup" ? [jobId] : [])));
      const rest = { slots: 40, ahead, ...given };
      const backupsOf = (some: readonly TransferClaim[], more: Partial<DispatchState>) =>
        handOut(some, state({ ...rest, ...more })).filter(({ jobId }) => backups.has(jobId));
      const urgent = fresh.filter(({ class: of }) => of === "restore" || of === "backup");
      expect(backupsOf(fresh, { held })).toEqual(backupsOf(urgent, {}));
    }),
  );
});

test("no slot stays empty while a part may have it, and nothing is given twice", () => {
  fc.assert(
    fc.property(anyClaims, anyState, (claims, { free, ...rest }) => {
      const given = handOut(claims, state({ slots: 40, free, ...rest }));
      const may = new Map(claims.map((one) => [one.jobId, one.isOpen ? one.waiting : 0]));
      const total = [...may.values()].reduce((sum, waiting) => sum + waiting, 0);
      expect(given.reduce((sum, { parts }) => sum + parts, 0)).toBe(Math.min(free, total));
      expect(new Set(given.map(({ jobId }) => jobId)).size).toBe(given.length);
      for (const { jobId, parts } of given) {
        expect(parts).toBeGreaterThan(0);
        expect(parts).toBeLessThanOrEqual(may.get(jobId) ?? 0);
      }
      // The order of the input does not matter.
      expect(handOut(claims.toReversed(), state({ slots: 40, free, ...rest }))).toEqual(given);
    }),
  );
});

test("a VM beyond half of the slots gets more only when no other VM wants a slot", () => {
  fc.assert(
    fc.property(anyClaims, anyState, fc.boolean(), (all, { turn, isOverloaded: isOver }, isCopies) => {
      const slots = 8;
      const claims = all.filter((one) => (one.class === "copy" || one.class === "verify") === isCopies);
      const given = handOut(claims, state({ slots, free: slots, turn, isOverloaded: isOver }));
      const vmOf = new Map(claims.map((one) => [one.jobId, one.vmId]));
      const perVm = new Map<string, number>();
      for (const { jobId, parts } of given) {
        const vm = vmOf.get(jobId) ?? "";
        perVm.set(vm, (perVm.get(vm) ?? 0) + parts);
      }
      const wanted = new Map<string, number>();
      for (const one of claims)
        if (one.isOpen) wanted.set(one.vmId, (wanted.get(one.vmId) ?? 0) + one.waiting);
      const greedy = [...perVm].flatMap(([vm, parts]) => (parts > slots / 2 ? [vm] : []));
      const denied = [...wanted].filter(
        ([vm, waiting]) => greedy.length > 0 && !greedy.includes(vm) && (perVm.get(vm) ?? 0) < waiting,
      );
      expect(denied).toEqual([]);
    }),
  );
});

test("nothing starves: every transfer gets a slot within a bound, also behind endless restores and a team in overload", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.boolean(), (others, isOver) => {
      const jobs = Array.from({ length: others }, (_, n) =>
        claim(`restore-${n + 10}`, { class: "restore", team: "b", waiting: 1_000 }),
      );
      const victim = claim("victim", { class: "verify", deadlineAt: null, waiting: 1 });
      const served = new Map<string, number>();
      const most = Math.ceil(AGED_AFTER_MS / 10_000) + AGED_EVERY * (others + 1) + 1;
      for (let turn = 0; turn < most; turn++) {
        const now = NOW + turn * 10_000;
        const claims = [...jobs, victim].map((one) => ({ ...one, servedAt: served.get(one.jobId) ?? NOW }));
        for (const { jobId } of handOut(claims, state({ now, turn, isOverloaded: isOver })))
          served.set(jobId, now);
        if (served.has("victim")) return;
      }
      expect.unreachable("the verification never got a slot");
    }),
    { numRuns: 30 },
  );
});
