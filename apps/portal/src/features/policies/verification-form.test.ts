import { policyDocumentSchema } from "@kluis/domain";
import { expect, it } from "vitest";
import { documentOf, emptyForm, formIssues, formOf } from "#features/policies/policy-form.ts";

const name = "nightly";
const plain = { name, description: "", team: null };
const document = documentOf({ ...emptyForm("UTC"), name });

it.each([
  undefined,
  { mode: "quick", everyDays: 7 },
  { mode: "full", everyDays: 30 },
  { mode: "sampled", nightly: { unit: "percent", amount: 10 } },
  { mode: "sampled", nightly: { unit: "gib", amount: 500 } },
])("the form keeps the rule %j", (verification) => {
  const before = policyDocumentSchema.parse({ ...document, ...(verification && { verification }) });
  expect(documentOf(formOf({ ...plain, document: before }))).toEqual(before);
});

it("a wrong number is a problem at its field", () => {
  const form = { ...emptyForm("UTC"), name };
  expect(Object.keys(formIssues({ ...form, verifies: "sampled", verifyAmount: "101" }, true))).toEqual([
    "verifyAmount",
  ]);
  expect(Object.keys(formIssues({ ...form, verifies: "full", verifyDays: "x" }, true))).toEqual([
    "verifyDays",
  ]);
});
