import { expect, test } from "vitest";
import { policyDocumentSchema } from "./policy.ts";
import { judgeBandwidth } from "./policy-bandwidth.ts";

const document = policyDocumentSchema.parse({
  schedule: { kind: "daily", times: ["01:00"], timeZone: "UTC" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "crash", otherwise: "continue", vss: "full" },
});
const limited = { ...document, transfer: { window: null, bandwidth: 100 } };
const vault = (bandwidth: number | null) => ({ name: "main", bandwidth });

test.each([
  ["no limits", limited, vault(null), [null], []],
  ["no vault and no engine", limited, null, [], []],
  ["a policy without a limit", document, vault(5), [5], []],
  ["equal limits", limited, vault(100), [100], []],
  ["a lower vault", limited, vault(99), [null], ["policy-bandwidth-above-vault"]],
  ["one lower engine", limited, vault(null), [40], ["policy-bandwidth-above-engines"]],
  ["engines that reach it together", limited, vault(null), [60, 40], []],
  ["engines that do not", limited, vault(null), [60, 39], ["policy-bandwidth-above-engines"]],
  ["an engine without a limit", limited, vault(null), [5, null], []],
  ["both", limited, vault(50), [50], ["policy-bandwidth-above-vault", "policy-bandwidth-above-engines"]],
])("%s", (...row) => {
  const [, policy, inVault, engines, codes] = row;
  expect(judgeBandwidth(policy, { vault: inVault, engines }).map(({ code }) => code)).toEqual(codes);
});
