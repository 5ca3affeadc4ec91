import { expect, test } from "vitest";
import type { PolicyDocument } from "../policies/policy.ts";
import { type Guardrails, guardrailsSchema } from "./guardrails.ts";
import {
  downloadViolation,
  policyViolations,
  restoreViolations,
  scopeViolations,
  vaultViolations,
} from "./judge.ts";
import { guardrailError, mustKeepGuardrails, violationText } from "./violations.ts";

const nightly: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 7 },
  instantRestoreDays: 2,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};
const sampled = (amount: number) => ({ mode: "sampled", nightly: { unit: "percent", amount } }) as const;

const cases: readonly (readonly [Guardrails, Partial<PolicyDocument>, readonly string[]])[] = [
  [{}, {}, []],
  [{ retention: { shortestDays: 7 } }, {}, []],
  [{ retention: { shortestDays: 8 } }, {}, ["retention"]],
  [{ schedule: { longestIntervalHours: 24 } }, {}, []],
  [{ schedule: { longestIntervalHours: 23 } }, {}, ["interval"]],
  [{ softDelete: { leastDays: 14 } }, {}, []],
  [{ softDelete: { leastDays: 14 } }, { softDeleteDays: 13 }, ["soft-delete"]],
  [{ instantRestore: { leastDays: 3 } }, {}, ["instant-restore-least"]],
  [{ instantRestore: { mostDays: 1 } }, {}, ["instant-restore-most"]],
  [{ instantRestore: { leastDays: 2, mostDays: 2 } }, {}, []],
  [{ verification: { mode: "quick", everyDays: 7 } }, {}, ["verification"]],
  [
    { verification: { mode: "quick", everyDays: 7 } },
    { verification: { mode: "quick", everyDays: 8 } },
    ["verification"],
  ],
  [{ verification: { mode: "quick", everyDays: 7 } }, { verification: { mode: "full", everyDays: 7 } }, []],
  [{ verification: { mode: "sampled", everyDays: 10 } }, { verification: sampled(10) }, []],
  [{ verification: { mode: "sampled", everyDays: 10 } }, { verification: sampled(9) }, ["verification"]],
  [
    { verification: { mode: "sampled", everyDays: 10 } },
    { verification: { mode: "quick", everyDays: 1 } },
    ["verification"],
  ],
  [
    { verification: { mode: "sampled", everyDays: 10 } },
    { verification: { mode: "sampled", nightly: { unit: "gib", amount: 1000 } } },
    ["verification"],
  ],
  [{ verification: { mode: "full", everyDays: 30 } }, { verification: sampled(100) }, ["verification"]],
];

test.each(cases)("guardrails %j judge %j: %j", (guardrails, change, rules) => {
  const found = policyViolations({ ...nightly, ...change }, guardrailsSchema.parse(guardrails));
  expect(found.map(({ rule }) => rule)).toEqual(rules);
});

test("one error lists all violations, each with what would pass", () => {
  const guardrails = { retention: { shortestDays: 30 }, schedule: { longestIntervalHours: 12 } };
  const violations = policyViolations(nightly, guardrails);
  expect(() => mustKeepGuardrails(violations)).toThrow(
    "2 guardrails are not kept. Up to 24 hours pass between two backups; at most 12 are allowed. Retention keeps a point of each of the last 7 days only; at least 30 days are required.",
  );
  expect(guardrailError(violations)?.action).toBe(
    "Plan the runs at most 12 hours apart. Keep one a day for 30 or more, or the newest 30 points.",
  );
  expect(guardrailError([])).toBeNull();
});

test("a vault names its region and the keys that it lacks", () => {
  const guardrails = {
    vaults: { regions: ["westeurope"], keys: ["recovery-proven", "key-vault"] },
  } satisfies Guardrails;
  const vault = { name: "main", region: null, hasProvenRecoveryKey: true, hasKeyVaultKey: false };
  expect(vaultViolations(vault, guardrails).map(({ rule }) => rule)).toEqual([
    "vault-region-unknown",
    "vault-key-vault",
  ]);
  const abroad = { ...vault, region: "eastus", hasKeyVaultKey: true };
  expect(vaultViolations(abroad, guardrails).map((one) => violationText(one).message)).toEqual([
    "The vault main is in eastus; allowed are: westeurope.",
  ]);
  expect(vaultViolations({ ...abroad, region: "westeurope" }, guardrails)).toEqual([]);
});

test("restores, downloads and scopes", () => {
  expect(restoreViolations("West Europe", { restore: { regions: ["westeurope"] } })).toEqual([]);
  expect(restoreViolations("eastus", { restore: { regions: ["westeurope"] } })).toHaveLength(1);
  expect(restoreViolations("eastus", {})).toEqual([]);
  const isInside = (networks: readonly string[], address: string) => networks.includes(address);
  const networks = { downloads: { networks: ["a"] } };
  const judged = (address: string | null, guardrails: Guardrails) =>
    downloadViolation({ address, isInside }, guardrails)?.rule ?? null;
  expect([judged("a", networks), judged("b", networks), judged(null, networks), judged(null, {})]).toEqual([
    null,
    "download-network",
    "download-address",
    null,
  ]);
  expect(judged("a", { downloads: { allowed: false } })).toBe("downloads");
  const reach = [
    { kind: "subscription", subscriptionId: "s" },
    { kind: "tag", tagName: "team", tagValue: "Shop" },
  ] as const;
  expect(scopeViolations(reach, { teams: { tagScopes: false } })).toMatchObject([
    { params: { tag: "team=Shop" } },
  ]);
  expect(scopeViolations(reach, {})).toEqual([]);
});
