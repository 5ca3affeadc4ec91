import fc from "fast-check";
import { expect, test } from "vitest";
import { plainFacts } from "./plain-disk.ts";
import { diskKeyOf } from "./vm.ts";
import { type DiskFacts, readDiskFacts } from "./vm-disk-facts.ts";
import {
  diskRefusalCodes,
  judgeSuitability,
  refusalOfVm,
  refusedDisks,
  type SuitabilityDisk,
  type SuitabilityFinding,
  type SuitabilityInput,
  suitabilityCodes,
  suitabilityFindingSchema,
  suitabilitySeverities,
  suitabilitySign,
  vmRefusalCodes,
} from "./vm-suitability.ts";
import { unknownTraits } from "./vm-traits.ts";

function disk(slot: "os" | number, change: Partial<DiskFacts> = {}): SuitabilityDisk {
  return {
    key: diskKeyOf(slot),
    bytes: 2 ** 35,
    storage: "managed",
    facts: { ...plainFacts, slot, ...change },
  };
}

const plain: SuitabilityInput = {
  resourceId: "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/vm",
  size: "Standard_D4s_v5",
  powerState: "running",
  agentState: "ready",
  traits: { ...unknownTraits, premiumStorage: true },
  disks: [disk("os"), disk(0)],
  request: "best",
};
const traits = (change: Partial<SuitabilityInput["traits"]>): Partial<SuitabilityInput> => ({
  traits: { ...plain.traits, ...change },
});
const data = (change: Partial<DiskFacts>): Partial<SuitabilityInput> => ({
  disks: [disk("os"), disk(0, change)],
});
const crash = { request: "crash" } as const;

const cases: readonly {
  readonly name: string;
  readonly vm: Partial<SuitabilityInput>;
  readonly finds: readonly string[];
}[] = [
  { name: "a plain VM", vm: {}, finds: [] },
  { name: "a stopped plain VM", vm: { powerState: "deallocated", ...crash }, finds: [] },
  {
    name: "a confidential VM",
    vm: traits({ securityType: "ConfidentialVM" }),
    finds: ["refuses confidential-vm"],
  },
  {
    name: "a confidential disk",
    vm: data({
      securityProfile: {
        securityType: "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
        secureVmDiskEncryptionSetId: null,
      },
    }),
    finds: ["refuses confidential-vm"],
  },
  {
    name: "a uniform scale set",
    vm: traits({ scaleSetMode: "uniform" }),
    finds: ["refuses uniform-scale-set"],
  },
  { name: "a flexible scale set", vm: traits({ scaleSetMode: "flexible" }), finds: [] },
  {
    name: "a stopped VM of a size without premium storage",
    vm: { ...traits({ premiumStorage: false }), powerState: "stopped", ...crash },
    finds: ["refuses size-without-premium-storage"],
  },
  {
    name: "a stopped VM whose disks get a snapshot each",
    vm: { ...traits({ premiumStorage: false }), powerState: "stopped", request: "disks" },
    finds: ["notes snapshot-of-each-disk"],
  },
  {
    name: "a running VM of such a size",
    vm: traits({ premiumStorage: false }),
    finds: ["warns no-crash-fallback"],
  },
  {
    name: "a size of which nothing is known",
    vm: { ...traits({ premiumStorage: null }), ...crash },
    finds: [],
  },
  {
    name: "an unmanaged disk",
    vm: { disks: [{ key: "os", bytes: 1, storage: "unmanaged", facts: null }] },
    finds: ["refuses unmanaged-disk os"],
  },
  {
    name: "an ephemeral OS disk",
    vm: { disks: [{ key: "os", bytes: 1, storage: "ephemeral", facts: null }, disk(0)] },
    finds: ["refuses ephemeral-os-disk os"],
  },
  {
    name: "a disk that Azure does not know",
    vm: { disks: [disk("os"), { key: "0", bytes: 0, storage: "managed", facts: null }] },
    finds: ["refuses disk-missing 0"],
  },
  {
    name: "a disk of an earlier version's row",
    vm: { disks: [{ key: "os", bytes: 1, storage: undefined, facts: undefined }] },
    finds: [],
  },
  { name: "a shared disk", vm: data({ maxShares: 2 }), finds: ["refuses shared-disk 0"] },
  { name: "DenyAll", vm: data({ networkAccessPolicy: "DenyAll" }), finds: ["refuses export-denied 0"] },
  {
    name: "AllowAll without public access",
    vm: data({ publicNetworkAccess: "Disabled" }),
    finds: ["refuses public-access-disabled 0"],
  },
  {
    name: "AllowPrivate without public access",
    vm: data({ networkAccessPolicy: "AllowPrivate", publicNetworkAccess: "Disabled" }),
    finds: ["warns private-access 0"],
  },
  {
    name: "an Entra-authorized disk",
    vm: data({ dataAccessAuthMode: "AzureActiveDirectory" }),
    finds: ["refuses entra-authorized-disk 0"],
  },
  { name: "4096-byte sectors", vm: data({ logicalSectorSize: 4096 }), finds: ["refuses sector-size-4096 0"] },
  {
    name: "a disk of more than 32 TiB",
    vm: { disks: [disk("os"), { ...disk(0), bytes: 33 * 2 ** 40 }] },
    finds: ["refuses disk-too-large 0"],
  },
  {
    name: "Premium SSD v2",
    vm: data({ sku: "PremiumV2_LRS" }),
    finds: ["warns direct-drive-crash-consistent 0"],
  },
  {
    name: "Ultra, crash-consistent",
    vm: { ...data({ sku: "UltraSSD_LRS" }), ...crash },
    finds: ["refuses direct-drive-crash-consistent 0"],
  },
  {
    name: "write acceleration",
    vm: data({ writeAccelerated: true }),
    finds: ["warns write-accelerated-crash-consistent 0"],
  },
  {
    name: "write acceleration, crash-consistent",
    vm: { ...data({ writeAccelerated: true }), ...crash },
    finds: ["refuses write-accelerated-crash-consistent 0"],
  },
  {
    name: "Azure Disk Encryption",
    vm: data({ encryptionSettings: { enabled: true, version: "1.1", keys: [] } }),
    finds: ["warns encrypted-in-guest 0"],
  },
  { name: "an agent that is not ready", vm: { agentState: "not-ready" }, finds: ["warns agent-not-ready"] },
  {
    name: "a stopped VM, which has no agent",
    vm: { agentState: "not-ready", powerState: "stopped" },
    finds: [],
  },
  {
    name: "two data disks of a newer size, crash-consistent",
    vm: { size: "Standard_D4ds_v6", disks: [disk("os"), disk(0), disk(1)], ...crash },
    finds: ["warns several-disks-newer-size"],
  },
  {
    name: "the same, but stopped",
    vm: { size: "Standard_D4ds_v6", disks: [disk("os"), disk(0), disk(1)], powerState: "stopped", ...crash },
    finds: [],
  },
  {
    name: "a read/write host cache, crash-consistent",
    vm: { ...data({ caching: "ReadWrite" }), ...crash },
    finds: ["notes host-cache-crash-consistent 0"],
  },
  {
    name: "33 disks",
    vm: { disks: Array.from({ length: 33 }, (_, lun) => disk(lun)) },
    finds: ["warns too-many-disks"],
  },
  {
    name: "an extension of another product",
    vm: traits({
      extensions: [
        "Microsoft.Azure.RecoveryServices.VMSnapshotLinux",
        "Microsoft.Azure.RecoveryServices.WorkloadBackup.AzureBackupLinuxWorkload",
      ],
    }),
    finds: ["warns other-backup-product"],
  },
  { name: "trusted launch", vm: traits({ securityType: "TrustedLaunch" }), finds: ["notes trusted-launch"] },
  {
    name: "a customer-managed key",
    vm: data({ encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: "/des/one" } }),
    finds: ["notes customer-key 0"],
  },
];

test.each(cases)("$name", ({ vm, finds }) => {
  const found = judgeSuitability({ ...plain, ...vm });
  expect(found.map(({ severity, code, disks }) => [severity, code, ...disks].join(" "))).toEqual(finds);
});

test("every rule has a case here", () => {
  const named = new Set(cases.flatMap(({ finds }) => finds.map((one) => one.split(" ")[1])));
  expect(suitabilityCodes.filter((code) => !named.has(code))).toEqual([]);
});

const anyFacts = fc.record({
  sku: fc.constantFrom("Premium_LRS", "UltraSSD_LRS", "PremiumV2_LRS", "", "premium_zrs"),
  maxShares: fc.integer({ min: 1, max: 3 }),
  logicalSectorSize: fc.constantFrom(512, 4096),
  networkAccessPolicy: fc.constantFrom("AllowAll", "AllowPrivate", "DenyAll", "allowprivate", "Future"),
  publicNetworkAccess: fc.constantFrom(null, "Enabled", "Disabled"),
  dataAccessAuthMode: fc.constantFrom(null, "None", "AzureActiveDirectory"),
  caching: fc.constantFrom(null, "None", "ReadOnly", "ReadWrite"),
  writeAccelerated: fc.boolean(),
});
const anyVm = fc
  .record({
    powerState: fc.constantFrom("running", "stopped", "deallocated", "unknown"),
    agentState: fc.constantFrom("ready", "not-ready", "unknown"),
    request: fc.constantFrom("best", "crash", null),
    size: fc.constantFrom("Standard_D4s_v5", "Standard_D4ads_v7", "Basic_A1", "nonsense"),
    premiumStorage: fc.constantFrom(true, false, null),
    securityType: fc.constantFrom(null, "TrustedLaunch", "ConfidentialVM"),
    disks: fc.uniqueArray(
      fc.record({
        slot: fc.oneof(fc.constant("os" as const), fc.integer({ min: 0, max: 63 })),
        storage: fc.constantFrom("managed", "unmanaged", "ephemeral", undefined),
        facts: fc.option(anyFacts),
        bytes: fc.constantFrom(0, 2 ** 30, 2 ** 46),
      }),
      { selector: ({ slot }) => slot, maxLength: 40 },
    ),
  })
  .map(({ premiumStorage, securityType, disks, ...vm }): SuitabilityInput => {
    const of = disks.map(({ slot, storage, facts, bytes }) => ({
      key: diskKeyOf(slot),
      storage,
      bytes,
      facts: facts && { ...plainFacts, slot, ...facts },
    }));
    return { ...plain, ...vm, traits: { ...unknownTraits, premiumStorage, securityType }, disks: of };
  });

test("findings are well-formed, sorted worst first, and name only disks of the VM", () => {
  fc.assert(
    fc.property(anyVm, (vm) => {
      const found = judgeSuitability(vm);
      const keys = new Set(vm.disks.map(({ key }) => key));
      const ranks = found.map(({ severity }) => suitabilitySeverities.indexOf(severity));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      for (const one of found) {
        expect(suitabilityFindingSchema.parse(one)).toEqual(one);
        expect(one.disks.every((key) => keys.has(key))).toBe(true);
      }
      const sign = suitabilitySign(
        found,
        vm.disks.map(({ key }) => key),
      );
      const worst = ranks.includes(0) ? ["refuses", "partial"] : ranks.includes(1) ? ["warns"] : [null];
      expect(worst).toContain(sign);
    }),
  );
});

test("every refusal is of a disk or of the VM, and a refused disk is refused without the other disks too", () => {
  fc.assert(
    fc.property(anyVm, (vm) => {
      const found = judgeSuitability(vm);
      for (const { severity, code, disks } of found.filter((one) => one.severity === "refuses")) {
        const list: readonly string[] = disks.length > 0 ? diskRefusalCodes : vmRefusalCodes;
        expect(list, `${severity} ${code}`).toContain(code);
      }
      for (const [key, code] of refusedDisks(found)) {
        const alone = { ...vm, disks: vm.disks.filter((one) => one.key === key) };
        expect(refusedDisks(judgeSuitability(alone)).get(key)).toBe(code);
      }
      const without = { ...vm, disks: [] };
      expect(refusalOfVm(judgeSuitability(without))).toBe(refusalOfVm(found));
    }),
  );
});

test("a crash-consistent request never finds fewer refusals than the best one", () => {
  fc.assert(
    fc.property(anyVm, (vm) => {
      const refusals = (request: "best" | "crash") =>
        refusedDisks(judgeSuitability({ ...vm, request })).keys();
      expect([...refusals("crash")]).toEqual(expect.arrayContaining([...refusals("best")]));
    }),
  );
});

test("facts of an earlier version are read with the newer ones as unknown", () => {
  const { slot, name, diskId, sizeBytes, sku, uniqueId, location, tags } = plainFacts;
  const earlier = {
    slot,
    name,
    diskId,
    sizeBytes,
    sku,
    uniqueId,
    location,
    tags,
    osType: null,
    hyperVGeneration: "V2",
  };
  const more = {
    zones: ["1"],
    logicalSectorSize: 512,
    maxShares: 1,
    networkAccessPolicy: "AllowAll",
    writeAccelerated: false,
  };
  expect(readDiskFacts({ ...earlier, ...more })).toMatchObject({
    zones: ["1"],
    encryption: null,
    tier: null,
  });
  expect(readDiskFacts(earlier)).toBeNull();
  expect(readDiskFacts(null)).toBeNull();
});

test("the sign of a list tells a VM without a possible backup from one whose backup leaves out a disk", () => {
  const refused: SuitabilityFinding = { code: "shared-disk", severity: "refuses", disks: ["0"], details: [] };
  const whole: SuitabilityFinding = { code: "confidential-vm", severity: "refuses", disks: [], details: [] };
  expect(suitabilitySign([refused], ["os", "0"])).toBe("partial");
  expect(suitabilitySign([refused], ["0"])).toBe("refuses");
  expect(suitabilitySign([whole], ["os", "0"])).toBe("refuses");
  expect(suitabilitySign([], ["os"])).toBeNull();
});
