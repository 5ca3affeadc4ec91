import fc from "fast-check";
import { expect, test } from "vitest";
import { isKluisError } from "../errors/errors.ts";
import { plainFacts } from "../vms/plain-disk.ts";
import type { VmDisk } from "../vms/vm.ts";
import { unknownTraits } from "../vms/vm-traits.ts";
import type { ConsistencyRules } from "./consistency.ts";
import { mustBeProtectable, restorePointKind, vmRefusals } from "./vm-refusals.ts";

const disk = fc
  .record({
    unsupported: fc.constantFrom(null, "No."),
    maxShares: fc.constantFrom(1, 2),
    sku: fc.constantFrom("Premium_LRS", "UltraSSD_LRS"),
    storage: fc.constantFrom("managed" as const, "ephemeral" as const),
  })
  .map(
    ({ unsupported, maxShares, sku, storage }): VmDisk => ({
      key: "os",
      name: "os",
      resourceId: "/disks/os",
      uniqueId: "u",
      bytes: 2 ** 35,
      sku,
      unsupported,
      storage,
      facts: { ...plainFacts, slot: "os", maxShares, sku },
    }),
  );

const vm = fc.record({
  name: fc.constant("web-01"),
  resourceId: fc.constant("/subscriptions/s/resourcegroups/g/virtualmachines/web-01"),
  osType: fc.constantFrom("linux" as const, "windows" as const),
  size: fc.constant("Standard_D4s_v5"),
  powerState: fc.constantFrom("running" as const, "deallocated" as const),
  agentState: fc.constantFrom("ready" as const, "not-ready" as const),
  traits: fc
    .record({
      securityType: fc.constantFrom(null, "ConfidentialVM"),
      premiumStorage: fc.constantFrom(null, true, false),
    })
    .map((change) => ({ ...unknownTraits, ...change })),
  disks: fc
    .array(disk, { minLength: 1, maxLength: 2 })
    .map((disks) => disks.map((one, at) => ({ ...one, key: at === 0 ? "os" : String(at - 1) }))),
});

const rules: fc.Arbitrary<ConsistencyRules> = fc.record({
  wanted: fc.constantFrom("application" as const, "crash" as const),
  otherwise: fc.constantFrom("continue" as const, "fail" as const),
  vss: fc.constant("full" as const),
});

function refusalOf(assign: () => void): string | undefined {
  try {
    assign();
    return undefined;
  } catch (error) {
    return isKluisError(error) ? error.reason : "another error";
  }
}

test("what is stored of a VM refuses it exactly where its assignment is refused", () => {
  fc.assert(
    fc.property(vm, rules, (given, wanted) => {
      const stored = vmRefusals(given)[restorePointKind(wanted)];
      expect(refusalOf(() => mustBeProtectable(given, { excluded: [], rules: wanted }))).toBe(stored);
    }),
  );
});
