import { policyDocumentSchema } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import {
  documentOf,
  emptyForm,
  formOf,
  formProblems,
  presetKeys,
  presets,
} from "#features/policies/policy-form.ts";

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

describe("the policy form", () => {
  it.each([daily, hourly])("gives back the document it was made from", (document) => {
    expect(documentOf(formOf({ name: "p", description: "", team: null, document }))).toEqual(document);
  });

  it("starts complete, and so does every preset", () => {
    expect(documentOf(emptyForm("UTC"))).not.toBeNull();
    for (const key of presetKeys) expect(documentOf({ ...emptyForm("UTC"), ...presets[key] })).not.toBeNull();
  });

  it("sorts times and keeps each once", () => {
    const form = { ...emptyForm("UTC"), times: [{ at: "13:00" }, { at: "01:00" }, { at: "13:00" }] };
    expect(documentOf(form)?.schedule).toMatchObject({ times: ["01:00", "13:00"] });
  });

  it("says what is wrong at the field where it is", () => {
    const form = {
      ...emptyForm("Nowhere/City"),
      name: "Not A Name",
      instantRestoreDays: "31",
      retention: { keepLast: "", daily: "ten", weekly: "", monthly: "", yearly: "" },
    };
    expect(Object.keys(formProblems(form, true)).sort()).toEqual([
      "instantRestoreDays",
      "name",
      "retention.daily",
      "timeZone",
    ]);
    expect(documentOf(form)).toBeNull();
  });

  it("asks to keep at least one point, and for a time", () => {
    const nothing = {
      ...emptyForm("UTC"),
      retention: { keepLast: "", daily: "", weekly: "", monthly: "", yearly: "" },
    };
    expect(formProblems(nothing, false)).toEqual({ retention: "Keep at least one point." });
    expect(formProblems({ ...emptyForm("UTC"), times: [{ at: "" }] }, false)["times"]).toBeDefined();
  });
});
