import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyDocument } from "./policy.ts";
import { describePolicyChange, type PolicyField, policyChanges, policyFields } from "./policy-changes.ts";

const daily: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "UTC" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};
const script = (text: string) => ({ text, parameters: ["one"], retries: 1 });

/** Sets every field that a document can have. */
const full: PolicyDocument = {
  schedule: {
    kind: "hourly",
    everyHours: 4,
    windowStart: "08:00",
    windowHours: 12,
    timeZone: "Europe/Paris",
  },
  retention: { keepLast: 1, daily: 2, weekly: 3, monthly: 4, yearly: 5 },
  softDeleteDays: 1,
  instantRestoreDays: 3,
  consistency: {
    wanted: "crash",
    otherwise: "fail",
    vss: "copy",
    linuxScripts: {
      from: "policy",
      pre: script("secret one"),
      post: script("secret two"),
      timeoutSeconds: 30,
      continueOnFailure: true,
      fsFreeze: true,
    },
  },
  verification: { mode: "sampled", nightly: { unit: "gib", amount: 500 } },
  trust: { first: 5, every: 7 },
  transfer: { window: { days: [6, 7], from: "22:00", to: "06:00" }, bandwidth: 50 },
};

const fieldsOf = (before: PolicyDocument, after: PolicyDocument): PolicyField[] =>
  policyChanges(before, after).map(({ field }) => field);

describe("policyChanges", () => {
  it("names every field of a document", () => {
    const found = fieldsOf(daily, full);
    const quick = { ...daily, verification: { mode: "quick", everyDays: 7 } } as const;
    const schedule = { kind: "weekly" as const, days: [1], times: ["02:00"], timeZone: "UTC" };
    const weekly = { ...daily, schedule };
    expect(new Set([...found, ...fieldsOf(daily, quick), ...fieldsOf(daily, weekly)])).toEqual(
      new Set(policyFields),
    );
  });

  it("keeps the text of scripts out", () => {
    const changes = policyChanges(daily, full);
    expect(JSON.stringify(changes)).not.toContain("secret");
    expect(changes.map(describePolicyChange).join()).not.toContain("secret");
  });

  it("words a limit, a verification, and days of undo", () => {
    const after: PolicyDocument = {
      ...daily,
      softDeleteDays: 1,
      verification: { mode: "full", everyDays: 30 },
      transfer: { window: { days: [6, 7], from: "22:00", to: "06:00" }, bandwidth: 50 },
    };
    expect(policyChanges(daily, after).map(describePolicyChange)).toEqual([
      "Days that a removed point can be brought back: 1; before: 14",
      "Scheduled verification: full; before: not set",
      "Days between verifications: 30; before: not set",
      "Days of the transfer window: Saturday and Sunday; before: not set",
      "Transfer window opens: 22:00; before: not set",
      "Transfer window closes: 06:00; before: not set",
      "Most MiB per second: 50; before: not set",
    ]);
  });

  it("words weekdays, counts and ages", () => {
    const after: PolicyDocument = {
      ...daily,
      schedule: { kind: "weekly", days: [1, 7], times: ["01:00"], timeZone: "UTC" },
      retention: { daily: { age: 30, unit: "days" }, yearly: { age: 1, unit: "years" } },
    };
    expect(policyChanges(daily, after).map(describePolicyChange)).toEqual([
      "Schedule: weekly; before: daily",
      "Days of the week: Monday and Sunday; before: not set",
      "Daily points: for 30 days; before: 30",
      "Yearly points: for 1 year; before: not set",
    ]);
  });

  it("finds no change in a default that is written out", () => {
    const same = { ...daily, softDeleteDays: 14, trust: { first: 3, every: 10 }, transfer: { window: null } };
    expect(policyChanges(daily, same)).toEqual([]);
  });

  it("is the same backwards with before and after exchanged", () => {
    const one = fc.constantFrom(
      daily,
      full,
      { ...daily, softDeleteDays: 3 },
      { ...full, softDeleteDays: 14 },
    );
    fc.assert(
      fc.property(one, one, (a, b) => {
        const back = policyChanges(b, a).map(({ field, before, after }) => ({
          field,
          before: after,
          after: before,
        }));
        expect(policyChanges(a, b)).toEqual(back);
        expect(policyChanges(a, a)).toEqual([]);
      }),
    );
  });
});
