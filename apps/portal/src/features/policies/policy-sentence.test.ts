import { type PolicyDocument, policyDocumentSchema } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { policySentence } from "#features/policies/policy-sentence.ts";
import { textsOf } from "#i18n/texts.ts";
import { createFormat } from "#lib/format.ts";

const daily = policyDocumentSchema.parse({
  schedule: { kind: "daily", times: ["13:30", "01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 30, yearly: 7 },
  instantRestoreDays: 1,
  consistency: { wanted: "application", otherwise: "continue", vss: "copy" },
});
const hourly = policyDocumentSchema.parse({
  schedule: { kind: "hourly", everyHours: 4, windowStart: "08:00", windowHours: 12, timeZone: "UTC" },
  retention: { keepLast: 1 },
  instantRestoreDays: 0,
  consistency: { wanted: "crash", otherwise: "fail", vss: "full" },
});

function sentence(document: PolicyDocument, locale: "en" | "nl"): string {
  return policySentence(document, {
    t: textsOf(locale, "policies"),
    transfer: textsOf(locale, "policyTransfer"),
    verification: textsOf(locale, "policyVerification"),
    scripts: textsOf(locale, "policyScripts"),
    format: createFormat(locale),
  });
}

describe("policySentence", () => {
  it("describes a daily policy in both languages", () => {
    expect(sentence(daily, "en")).toBe(
      "Every day at 01:00 and 13:30 (Europe/Amsterdam). Application-consistent on Windows (VSS copy), or the next lower level. Keeps one a day for 30 days and one a year for 7 years. Deleted points can be brought back for 14 days. Snapshots stay in Azure for 1 day for instant restore.",
    );
    expect(sentence(daily, "nl")).toBe(
      "Elke dag om 01:00 en 13:30 (Europe/Amsterdam). Toepassingsconsistent op Windows (VSS-kopie), anders het eerstvolgende lagere niveau. Bewaart 30 dagen lang één per dag en 7 jaar lang één per jaar. Verwijderde punten kunnen 14 dagen worden teruggehaald. Momentopnamen blijven 1 dag in Azure voor direct herstel.",
    );
  });

  it("describes an hourly policy in both languages", () => {
    expect(sentence(hourly, "en")).toBe(
      "Every 4 hours from 08:00, for 12 hours each day (UTC). Crash-consistent. Keeps the newest point. Deleted points can be brought back for 14 days. Snapshots are removed after the transfer.",
    );
    expect(sentence(hourly, "nl")).toBe(
      "Elke 4 uur vanaf 08:00, 12 uur per dag (UTC). Crashconsistent. Bewaart het nieuwste punt. Verwijderde punten kunnen 14 dagen worden teruggehaald. Momentopnamen worden na de overdracht verwijderd.",
    );
  });

  it("describes a weekly policy by age in both languages", () => {
    const weekly: PolicyDocument = {
      ...hourly,
      schedule: { kind: "weekly", days: [6, 1], times: ["01:00"], timeZone: "UTC" },
      retention: { weekly: { age: 12, unit: "weeks" }, yearly: { age: 7, unit: "years" } },
    };
    expect(sentence(weekly, "en")).toMatch(
      /^Every Monday and Saturday at 01:00 \(UTC\)\. Crash-consistent\. Keeps one a week until it is 12 weeks old and one a year until it is 7 years old\./u,
    );
    expect(sentence(weekly, "nl")).toMatch(
      /^Elke maandag en zaterdag om 01:00 \(UTC\)\. Crashconsistent\. Bewaart één per week tot het 12 weken oud is en één per jaar tot het 7 jaar oud is\./u,
    );
  });

  it("says that a window of 24 hours is the whole day", () => {
    const allDay = {
      ...hourly,
      schedule: { ...hourly.schedule, windowHours: 24 } as PolicyDocument["schedule"],
    };
    expect(sentence(allDay, "en")).toMatch(/^Every 4 hours, all day, starting at 08:00 \(UTC\)\./u);
  });
});
