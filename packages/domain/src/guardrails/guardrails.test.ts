import { expect, test } from "vitest";
import { describeGuardrailChange, guardrailChanges } from "./changes.ts";
import { guardrailsSchema, noGuardrails, sameGuardrails } from "./guardrails.ts";

test("what restricts nothing has one form: it is left out", () => {
  const written = {
    retention: {},
    instantRestore: { leastDays: 0 },
    downloads: { allowed: true },
    teams: { tagScopes: true },
    approvals: {},
  };
  expect(guardrailsSchema.parse(written)).toEqual(noGuardrails);
  // Networks say nothing where downloads are not allowed at all.
  expect(guardrailsSchema.parse({ downloads: { allowed: false, networks: ["10.0.0.0/8"] } })).toEqual({
    downloads: { allowed: false },
  });
});

test("regions and networks are read as owners write them, and kept in one form", () => {
  const parsed = guardrailsSchema.parse({
    vaults: {
      regions: ["West Europe", "northeurope", "westeurope"],
      keys: ["key-vault", "recovery-proven", "key-vault"],
    },
    downloads: { networks: ["fd00::/8", "10.0.0.0/8", "192.0.2.7"] },
  });
  expect(parsed).toEqual({
    vaults: { regions: ["northeurope", "westeurope"], keys: ["recovery-proven", "key-vault"] },
    downloads: { networks: ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"] },
  });
  expect(sameGuardrails(parsed, guardrailsSchema.parse(structuredClone(parsed)))).toBe(true);
});

test.each([
  { restore: { regions: [] } },
  { restore: { regions: ["$$"] } },
  { downloads: { networks: ["10.0.0.0/33"] } },
  { downloads: { networks: ["anywhere"] } },
  { instantRestore: { leastDays: 5, mostDays: 3 } },
  { retention: { shortestDays: 0 } },
  { retention: { longest: 3 } },
])("%j is refused", (written) => {
  expect(guardrailsSchema.safeParse(written).success).toBe(false);
});

test("a change names each field, before and after", () => {
  const before = guardrailsSchema.parse({
    schedule: { longestIntervalHours: 24 },
    teams: { tagScopes: false },
  });
  const after = guardrailsSchema.parse({
    schedule: { longestIntervalHours: 12 },
    vaults: { keys: ["recovery-proven"], regions: ["westeurope", "northeurope"] },
  });
  expect(guardrailChanges(before, after).map(describeGuardrailChange)).toEqual([
    "Hours between backups, at most: 12; before: 24",
    "Regions of vaults: northeurope and westeurope; before: not restricted",
    "Keys that a vault needs: a recovery key that was typed back; before: not restricted",
    "Scopes by tag allowed: not restricted; before: no",
  ]);
  expect(guardrailChanges(after, after)).toEqual([]);
});
