import fc from "fast-check";
import { expect, test } from "vitest";
import { type DiskFacts, diskFactsSchema } from "./vm-disk-facts.ts";
import {
  planRestoredDisk,
  type RestoreChoices,
  restorableSkus,
  restoreAccesses,
  restoredDiskSchema,
  restoreZones,
} from "./vm-restored-disk.ts";

const set = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/diskEncryptionSets/des";
const diskAccess = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/diskAccesses/da";
const plain: DiskFacts = diskFactsSchema.parse({
  slot: "os",
  name: "disk",
  diskId: "/disks/disk",
  sizeBytes: 2 ** 35,
  sku: "Premium_LRS",
  tier: "P10",
  uniqueId: "u",
  osType: "windows",
  hyperVGeneration: "V2",
  location: "westeurope",
  zones: ["2"],
  logicalSectorSize: 512,
  maxShares: 1,
  networkAccessPolicy: "AllowAll",
  publicNetworkAccess: "Enabled",
  encryption: { type: "EncryptionAtRestWithPlatformKey" },
  supportedCapabilities: {
    architecture: "Arm64",
    diskControllerTypes: "SCSI, NVMe",
    acceleratedNetwork: true,
  },
  purchasePlan: { name: "n", publisher: "p", product: "o" },
  writeAccelerated: false,
  tags: { app: "shop" },
});

function plan(change: Partial<DiskFacts> = {}, choices: RestoreChoices = {}) {
  const facts = { ...plain, ...change };
  const { disk, notices } = planRestoredDisk({ sku: facts.sku, facts }, choices);
  return { disk, codes: notices.map(({ code }) => code) };
}

test("an ordinary disk comes back as it was; only its zone is worth a note", () => {
  const { disk, codes } = plan();
  expect(disk).toEqual({
    sku: "Premium_LRS",
    zones: ["2"],
    tier: "P10",
    osType: "windows",
    hyperVGeneration: "V2",
    encryption: null,
    encryptionSettings: null,
    securityType: null,
    supportedCapabilities: plain.supportedCapabilities,
    purchasePlan: plain.purchasePlan,
    iopsReadWrite: null,
    mbpsReadWrite: null,
    burstingEnabled: null,
    performancePlus: null,
    optimizedForFrequentAttach: null,
    supportsHibernation: null,
    logicalSectorSize: null,
    access: null,
    tags: { app: "shop" },
  });
  expect(codes).toEqual(["restore-zone"]);
});

test("zones: a ZRS disk has none; a choice moves or removes the zone", () => {
  expect(plan({ sku: "Premium_ZRS", zones: [] })).toMatchObject({
    disk: { sku: "Premium_ZRS", zones: [] },
    codes: [],
  });
  expect(plan({}, { sku: "StandardSSD_ZRS" })).toMatchObject({
    disk: { zones: [] },
    codes: ["restore-changes-sku"],
  });
  expect(plan({}, { zone: "3" })).toMatchObject({ disk: { zones: ["3"] }, codes: ["restore-changes-zone"] });
  expect(plan({}, { zone: "none" })).toMatchObject({ disk: { zones: [] }, codes: ["restore-drops-zone"] });
});

test("Premium SSD v2 keeps its performance and gets sectors of 512 bytes; another kind gets Azure's defaults", () => {
  const fast = { sku: "PremiumV2_LRS", iopsReadWrite: 5000, mbpsReadWrite: 200, tier: null };
  expect(plan(fast)).toMatchObject({
    disk: { iopsReadWrite: 5000, mbpsReadWrite: 200, logicalSectorSize: 512, tier: null },
    codes: ["restore-zone", "restore-direct-drive"],
  });
  expect(plan(fast, { sku: "Premium_LRS" })).toMatchObject({
    disk: { sku: "Premium_LRS", iopsReadWrite: null, tier: null, logicalSectorSize: null },
    codes: ["restore-changes-sku", "restore-zone", "restore-default-performance"],
  });
});

test("an unknown kind becomes Premium SSD, and the plan says so", () => {
  const { disk, codes } = plan({ sku: "PremiumV9_LRS" });
  expect(disk).toMatchObject({ sku: "Premium_LRS", tier: null });
  expect(codes).toContain("restore-sku-fallback");
});

test("a customer key stays, unless the user chooses otherwise", () => {
  const encryption = { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: set };
  expect(plan({ encryption })).toMatchObject({
    disk: { encryption },
    codes: ["restore-zone", "restore-customer-key"],
  });
  expect(plan({ encryption }, { encryption: "platform-key" })).toMatchObject({
    disk: { encryption: { type: "EncryptionAtRestWithPlatformKey", diskEncryptionSetId: null } },
    codes: ["restore-zone", "restore-platform-key"],
  });
  expect(plan({ encryption }, { encryption: `${set}2` })).toMatchObject({
    disk: { encryption: { type: null, diskEncryptionSetId: `${set}2` } },
  });
});

test("a private disk comes back private, after the upload", () => {
  const access = {
    networkAccessPolicy: "AllowPrivate",
    diskAccessId: diskAccess,
    publicNetworkAccess: "Disabled",
  };
  expect(plan(access)).toMatchObject({
    disk: { access },
    codes: ["restore-zone", "restore-access-after-upload"],
  });
  expect(plan(access, { access: "allow-all" })).toMatchObject({
    disk: { access: null },
    codes: ["restore-zone", "restore-changes-access"],
  });
  expect(plan({ networkAccessPolicy: "AllowPrivate" })).toMatchObject({
    disk: { access: { networkAccessPolicy: "DenyAll" } },
    codes: ["restore-zone", "restore-changes-access", "restore-access-after-upload"],
  });
});

test("trusted launch, encryption in the guest, and facts that were not recorded have notes", () => {
  const securityProfile = { securityType: "TrustedLaunch", secureVmDiskEncryptionSetId: null };
  expect(plan({ securityProfile })).toMatchObject({
    disk: { securityType: "TrustedLaunch" },
    codes: ["restore-zone", "restore-new-vtpm"],
  });
  const encryptionSettings = { enabled: true, version: "1.1", keys: [] };
  expect(plan({ encryptionSettings }).codes).toContain("restore-encrypted-in-guest");
  expect(plan({ encryption: null }).codes).toContain("restore-facts-not-recorded");
  const unknown = planRestoredDisk({ sku: "Standard_LRS", facts: null }, {});
  expect(unknown.notices.map(({ code }) => code)).toEqual(["restore-facts-not-recorded"]);
});

const anyChange = fc.record({
  sku: fc.constantFrom(...restorableSkus, "premium_lrs", "Other_LRS"),
  zones: fc.constantFrom([], ["1"], ["3"]),
  networkAccessPolicy: fc.constantFrom("AllowAll", "AllowPrivate", "DenyAll"),
  publicNetworkAccess: fc.constantFrom(null, "Enabled", "Disabled"),
  diskAccessId: fc.constantFrom(null, diskAccess),
  encryption: fc.constantFrom(null, plain.encryption, {
    type: "EncryptionAtRestWithPlatformAndCustomerKeys",
    diskEncryptionSetId: set,
  }),
});
const anyChoice: fc.Arbitrary<RestoreChoices> = fc.record({
  sku: fc.constantFrom(undefined, ...restorableSkus),
  zone: fc.constantFrom(undefined, ...restoreZones),
  encryption: fc.constantFrom(undefined, "platform-key", `${set}2`),
  access: fc.constantFrom(undefined, ...restoreAccesses),
});

test("no difference is silent: kind, zone, key and access change only with a notice", () => {
  fc.assert(
    fc.property(anyChange, anyChoice, (change, choices) => {
      const { disk, codes } = plan(change, choices);
      expect(restoredDiskSchema.parse(disk)).toEqual(disk);
      const isTold = (...wanted: string[]) => codes.some((code) => wanted.includes(code));
      const zoneRedundant = disk.sku.endsWith("_ZRS");
      const [before, after] = [change.encryption, disk.encryption].map(
        (one) => one?.diskEncryptionSetId ?? null,
      );
      const wasOpen =
        change.networkAccessPolicy === "AllowAll" &&
        change.publicNetworkAccess !== "Disabled" &&
        change.diskAccessId === null;
      const holds = {
        kind:
          disk.sku.toLowerCase() === change.sku.toLowerCase() ||
          isTold("restore-changes-sku", "restore-sku-fallback"),
        zone:
          String(disk.zones) === String(zoneRedundant ? [] : change.zones) ||
          (!zoneRedundant && isTold("restore-changes-zone", "restore-drops-zone", "restore-zone")),
        key: before === after || isTold("restore-platform-key", "restore-customer-key"),
        keptKey: before === after || choices.encryption !== undefined,
        access:
          disk.access !== null ||
          wasOpen ||
          (choices.access === "allow-all" && isTold("restore-changes-access")),
      };
      expect(holds).toEqual({ kind: true, zone: true, key: true, keptKey: true, access: true });
    }),
  );
});
