import { type Guardrails, guardrailsSchema } from "@kluis/domain";
import { expect, test } from "vitest";
import {
  formOf,
  type NumberField,
  numberLimits,
  readForm,
} from "#features/settings/guardrails/guardrails-form.ts";

const whole = guardrailsSchema.parse({
  retention: { shortestDays: 30 },
  schedule: { longestIntervalHours: 24 },
  instantRestore: { leastDays: 1, mostDays: 7 },
  verification: { mode: "sampled", everyDays: 30 },
  softDelete: { leastDays: 14 },
  vaults: { regions: ["westeurope", "northeurope"], keys: ["key-vault", "recovery-proven"] },
  restore: { regions: ["westeurope"] },
  downloads: { networks: ["10.0.0.0/8", "fd00::/8"] },
  teams: { tagScopes: false },
  approvals: { configuration: "enforced" },
});

test.each<Guardrails>([{}, whole, guardrailsSchema.parse({ downloads: { allowed: false } })])(
  "a document survives the form: %j",
  (document) => {
    expect(readForm(formOf(document)).document).toEqual(document);
  },
);

test.each(Object.keys(numberLimits) as NumberField[])("%s has the limits of the server", (field) => {
  const { least, most } = numberLimits[field];
  const form = { ...formOf({}), verification: "full" as const };
  const wrong = (value: number | string) => {
    const numbers = { ...form.numbers, "verification.everyDays": "1", [field]: String(value) };
    return [...readForm({ ...form, numbers }).wrong];
  };
  expect([wrong(least), wrong(most)]).toEqual([[], []]);
  for (const value of [least - 1, most + 1, "x", 1.5]) expect(wrong(value)).toContain(field);
});

test("marks the fields that are wrong", () => {
  const form = { ...formOf({}), vaultRegions: "!", downloads: "networks", verification: "quick" } as const;
  expect([...readForm(form).wrong]).toEqual([
    "verification.everyDays",
    "vaults.regions",
    "downloads.networks",
  ]);
  const days = { ...form.numbers, "instantRestore.leastDays": "5", "instantRestore.mostDays": "2" };
  expect([...readForm({ ...formOf({}), numbers: days }).wrong]).toEqual(["instantRestore.mostDays"]);
});

test("takes names of regions and networks as a person writes them", () => {
  const form = {
    ...formOf({}),
    vaultRegions: "West Europe, northeurope,",
    downloads: "networks",
    networks: "10.1.2.3\n\n",
  } as const;
  expect(readForm(form).document).toEqual({
    vaults: { regions: ["northeurope", "westeurope"] },
    downloads: { networks: ["10.1.2.3/32"] },
  });
});
