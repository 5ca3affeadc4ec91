import { policyDocumentSchema } from "@kluis/domain";
import { expect, it } from "vitest";
import { documentOf, emptyForm, formIssues, formOf } from "#features/policies/policy-form.ts";
import { policySentence } from "#features/policies/policy-sentence.ts";
import { textsOf } from "#i18n/texts.ts";
import { createFormat } from "#lib/format.ts";

const plain = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};
const nights = policyDocumentSchema.parse({ ...plain, transfer: { window: { from: "22:00", to: "06:00" } } });
const weekend = policyDocumentSchema.parse({
  ...plain,
  transfer: { window: { days: [6, 7], from: "20:00", to: "20:00" } },
});

const slow = policyDocumentSchema.parse({ ...plain, transfer: { window: null, bandwidth: 50 } });

it.each([policyDocumentSchema.parse(plain), nights, weekend, slow])(
  "a form returns the window that it was made from",
  (document) => {
    expect(documentOf(formOf({ name: "p", description: "", team: null, document }))).toEqual(document);
  },
);

it("a window without a day, or with a wrong time, is a problem at its field", () => {
  const form = { ...emptyForm("UTC"), moves: "window", transferDays: [], transferTo: "6" } as const;
  const issues = formIssues({ ...form, transferDays: [], name: "nightly" }, true);
  expect(Object.keys(issues).sort()).toEqual(["transferDays", "transferTo"]);
});

it("a wrong limit of bandwidth is a problem at its field", () => {
  for (const bandwidth of ["4", "fast", "100001"])
    expect(Object.keys(formIssues({ ...emptyForm("UTC"), name: "nightly", bandwidth }, true))).toEqual([
      "bandwidth",
    ]);
});

it.each([
  ["en", slow, "Its backups store at most 50 MiB per second together."],
  ["nl", slow, "De back-ups slaan samen hoogstens 50 MiB per seconde op."],
  ["en", nights, "Data moves from 22:00 to 06:00."],
  ["en", weekend, "Data moves for 24 hours from 20:00 on Saturday and Sunday."],
  ["nl", weekend, "Gegevens worden overgebracht op zaterdag en zondag, 24 uur lang vanaf 20:00."],
] as const)("a policy in %s says when its data moves", (locale, document, sentence) => {
  const words = {
    t: textsOf(locale, "policies"),
    transfer: textsOf(locale, "policyTransfer"),
    verification: textsOf(locale, "policyVerification"),
    scripts: textsOf(locale, "policyScripts"),
    format: createFormat(locale),
  };
  expect(policySentence(document, words)).toContain(sentence);
  expect(policySentence({ ...document, transfer: { window: null } }, words)).not.toContain(sentence);
});
