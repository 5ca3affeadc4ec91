import { describe, expect, it } from "vitest";
import { isVerificationDue, nightOf, type VerifiedTimes, verificationRuleSchema } from "./verify-rule.ts";

const at = (text: string): Date => new Date(text);
const never: VerifiedTimes = {
  lastVerifiedAt: null,
  lastVerifyMode: null,
  readAt: null,
  readWholeAt: null,
};

describe("a night", () => {
  it("has the date of its evening, in the zone of the policy", () => {
    expect(nightOf(at("2026-11-26T19:30:00Z"), "Europe/Amsterdam")).toBe("2026-11-26");
    expect(nightOf(at("2026-11-27T04:59:00Z"), "Europe/Amsterdam")).toBe("2026-11-26");
    expect(nightOf(at("2026-11-27T05:00:00Z"), "Europe/Amsterdam")).toBeNull();
    expect(nightOf(at("2026-11-26T18:59:00Z"), "Europe/Amsterdam")).toBeNull();
    expect(nightOf(at("2026-11-26T10:00:00Z"), "America/Los_Angeles")).toBe("2026-11-25");
  });
});

describe("a point", () => {
  const now = at("2026-11-26T22:00:00Z");

  it("that was never verified is due under every rule", () => {
    for (const rule of [
      { mode: "quick", everyDays: 7 },
      { mode: "full", everyDays: 30 },
      { mode: "sampled", nightly: { unit: "gib", amount: 10 } },
    ])
      expect(isVerificationDue(verificationRuleSchema.parse(rule), never, now)).toBe(true);
  });

  it("is due again in the night after its days, at whatever hour", () => {
    const quick = verificationRuleSchema.parse({ mode: "quick", everyDays: 7 });
    const lastVerifiedAt = at("2026-11-20T04:00:00Z");
    expect(isVerificationDue(quick, { ...never, lastVerifiedAt }, now)).toBe(true);
    expect(isVerificationDue(quick, { ...never, lastVerifiedAt: at("2026-11-21T04:00:00Z") }, now)).toBe(
      false,
    );
  });

  it("that a person read whole is not due for a full one", () => {
    const full = verificationRuleSchema.parse({ mode: "full", everyDays: 30 });
    const times = { ...never, lastVerifiedAt: now, lastVerifyMode: "quick", readWholeAt: now } as const;
    expect(isVerificationDue(full, times, now)).toBe(false);
  });
});
