import { type Locale, policyDocumentSchema } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import {
  documentOf,
  emptyForm,
  formIssues,
  formOf,
  type PolicyForm,
  presetKeys,
  presets,
  problemTexts,
} from "#features/policies/policy-form.ts";
import { textsOf } from "#i18n/texts.ts";

const daily = policyDocumentSchema.parse({
  schedule: { kind: "daily", times: ["01:00", "13:30"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 30, yearly: 7 },
  instantRestoreDays: 2,
  consistency: { wanted: "application", otherwise: "continue", vss: "copy" },
});
const hourly = policyDocumentSchema.parse({
  schedule: { kind: "hourly", everyHours: 4, windowStart: "08:00", windowHours: 12, timeZone: "UTC" },
  retention: { keepLast: 3 },
  instantRestoreDays: 0,
  consistency: { wanted: "crash", otherwise: "fail", vss: "full" },
});

const weekly = policyDocumentSchema.parse({
  ...daily,
  schedule: { kind: "weekly", days: [1, 6], times: ["01:00"], timeZone: "UTC" },
  retention: { keepLast: { age: 3, unit: "days" }, weekly: { age: 12, unit: "weeks" }, yearly: 7 },
});
const script = { text: "exit 0\n", parameters: ["app one"], retries: 1 };
const placed = policyDocumentSchema.parse({
  ...daily,
  consistency: {
    ...daily.consistency,
    linuxScripts: {
      from: "policy",
      pre: script,
      post: script,
      timeoutSeconds: 90,
      continueOnFailure: false,
      fsFreeze: false,
    },
  },
});
const own = policyDocumentSchema.parse({
  ...daily,
  consistency: { ...daily.consistency, linuxScripts: { from: "guest" } },
});

function problems(form: PolicyForm, locale: Locale = "en"): Readonly<Record<string, string>> {
  const words = { policies: textsOf(locale, "policies"), validation: textsOf(locale, "validation") };
  return problemTexts(formIssues(form, true), words);
}

const emptyRetention = { keepLast: "", daily: "", weekly: "", monthly: "", yearly: "" };

describe("the policy form", () => {
  it.each([daily, hourly, weekly, placed, own])("returns the document that it was made from", (document) => {
    expect(documentOf(formOf({ name: "p", description: "", team: null, document }))).toEqual(document);
  });

  it("names the fields of scripts that are wrong, and takes pasted CRLF", () => {
    const form = { ...formOf({ name: "p", description: "", team: null, document: placed }), name: "policy" };
    const wrong = { ...form, preText: " ", scriptSeconds: "1801", postRetries: "x" };
    expect(Object.keys(problems(wrong)).sort()).toEqual(["postRetries", "preText", "scriptSeconds"]);
    expect(documentOf({ ...form, preText: "a\r\nb" })?.consistency.linuxScripts).toMatchObject({
      pre: { text: "a\nb" },
    });
  });

  it("is complete at the start and after every preset", () => {
    expect(documentOf(emptyForm("UTC"))).not.toBeNull();
    for (const key of presetKeys) expect(documentOf({ ...emptyForm("UTC"), ...presets[key] })).not.toBeNull();
  });

  it("sorts times and removes duplicates", () => {
    const form = { ...emptyForm("UTC"), times: [{ at: "13:00" }, { at: "01:00" }, { at: "13:00" }] };
    expect(documentOf(form)?.schedule).toMatchObject({ times: ["01:00", "13:00"] });
  });

  it("reports each problem at its field", () => {
    const form = {
      ...emptyForm("Nowhere/City"),
      name: "Not A Name",
      instantRestoreDays: "31",
      retention: { ...emptyRetention, daily: "ten" },
    };
    expect(Object.keys(formIssues(form, true)).sort()).toEqual([
      "instantRestoreDays",
      "name",
      "retention.daily",
      "timeZone",
    ]);
    expect(documentOf(form)).toBeNull();
  });

  it("requires at least one point and a time", () => {
    const form = { ...emptyForm("UTC"), name: "nightly", retention: emptyRetention, times: [{ at: "" }] };
    expect(problems(form)).toEqual({
      retention: "Keep at least one recovery point.",
      times: "Enter each time, such as 01:30.",
    });
  });

  it("needs a day of the week, and an age within its limit", () => {
    const form: PolicyForm = { ...emptyForm("UTC"), name: "weekly", kind: "weekly", days: [] };
    const aged = { ...form.retentionUnit, daily: "years" } as const;
    expect(
      problems({ ...form, retentionUnit: aged, retention: { ...form.retention, daily: "100" } }),
    ).toEqual({
      days: "Choose at least one day.",
      "retention.daily": "Enter at most 99.",
    });
    expect(problems({ ...form, days: ["7"], softDeleteDays: "0" })).toEqual({
      softDeleteDays: "Enter at least 1.",
    });
  });

  it("words problems with their limits, in both languages and never in Zod's words", () => {
    const form: PolicyForm = {
      ...emptyForm("UTC"),
      name: "-",
      description: "x".repeat(501),
      kind: "hourly",
      windowHours: "",
      retention: {
        keepLast: "0",
        daily: "99999",
        weekly: "many",
        monthly: "99999999999999999999",
        yearly: "",
      },
      instantRestoreDays: "31",
    };
    expect(problems(form)).toEqual({
      name: "Use 2 to 63 lowercase letters, digits and hyphens.",
      description: "Use at most 500 characters.",
      windowHours: "Enter a whole number.",
      "retention.keepLast": "Enter at least 1.",
      "retention.daily": "Enter at most 9,999.",
      "retention.weekly": "Enter a whole number.",
      "retention.monthly": "Enter at most 1,188.",
      instantRestoreDays: "Enter at most 30.",
    });
    expect(problems(form, "nl")).toMatchObject({
      name: "Gebruik 2 tot 63 kleine letters, cijfers en koppeltekens.",
      "retention.daily": "Voer ten hoogste 9.999 in.",
    });
  });
});
