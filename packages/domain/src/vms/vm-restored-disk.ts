/**
 * How a disk of a recovery point is created again: what the new disk is, and what differs from the recorded one. API and engine
 * call the same function, so that the plan that a user confirms is the disk that the job creates.
 */
import { z } from "zod";
import { type Notice, notice } from "../notices/notices.ts";
import { type DiskFacts, diskFactsSchema, isDirectDrive } from "./vm-disk-facts.ts";

/** The kinds of disk into which Azure accepts uploads. */
export const restorableSkus = [
  "Standard_LRS",
  "StandardSSD_LRS",
  "Premium_LRS",
  "StandardSSD_ZRS",
  "Premium_ZRS",
  "PremiumV2_LRS",
  "UltraSSD_LRS",
] as const;
export type RestorableSku = (typeof restorableSkus)[number];

/** A recorded disk of another kind is restored as this one, and the plan says so. */
const fallbackSku: RestorableSku = "Premium_LRS";

export const restoreZones = ["1", "2", "3", "none"] as const;
export const restoreAccesses = ["deny-all", "allow-all"] as const;

/** What a user may choose; a missing choice means: as recorded. */
export const restoreChoicesSchema = z.object({
  sku: z.enum(restorableSkus).optional(),
  zone: z.enum(restoreZones).optional(),
  /** `platform-key`, or the ARM id of a disk encryption set. */
  encryption: z.string().optional(),
  /** Network access after the upload. */
  access: z.enum(restoreAccesses).optional(),
});
export type RestoreChoices = z.infer<typeof restoreChoicesSchema>;

const accessSchema = z.object({
  networkAccessPolicy: z.string(),
  diskAccessId: z.string().nullable(),
  publicNetworkAccess: z.string(),
});
export type DiskAccess = z.infer<typeof accessSchema>;

/** The new disk. Null: Azure's default. */
export const restoredDiskSchema = diskFactsSchema
  .pick({
    tier: true,
    osType: true,
    hyperVGeneration: true,
    encryption: true,
    encryptionSettings: true,
    supportedCapabilities: true,
    purchasePlan: true,
    iopsReadWrite: true,
    mbpsReadWrite: true,
    burstingEnabled: true,
    performancePlus: true,
    optimizedForFrequentAttach: true,
    supportsHibernation: true,
    tags: true,
  })
  .extend({
    sku: z.string(),
    zones: z.array(z.string()),
    securityType: z.string().nullable(),
    /** Set for Premium SSD v2 and Ultra only, whose default of 4096 does not fit a VHD. */
    logicalSectorSize: z.int().nullable(),
    /** Network access that the disk gets after its upload; null: it stays open, which is Azure's default. */
    access: accessSchema.nullable(),
  });
export type RestoredDisk = z.infer<typeof restoredDiskSchema>;

export interface RestoredDiskPlan {
  readonly disk: RestoredDisk;
  /** What differs from the recorded disk or needs attention, for the user to read before the job starts. */
  readonly notices: readonly Notice[];
}

/** The disk in the recovery point: its kind, and its facts as far as they were recorded. */
export interface RecordedDisk {
  readonly sku: string;
  readonly facts: DiskFacts | null;
}

const isPremium = (sku: string): boolean => sku === "Premium_LRS" || sku === "Premium_ZRS";

export function planRestoredDisk(
  { sku: recorded, facts }: RecordedDisk,
  choices: RestoreChoices,
): RestoredDiskPlan {
  const known = restorableSkus.find((one) => one.toLowerCase() === recorded.toLowerCase());
  const sku = choices.sku ?? known ?? fallbackSku;
  const notices: Notice[] = [];
  if (choices.sku === undefined && known === undefined) {
    notices.push(notice("restore-sku-fallback", { from: recorded, to: sku }));
  } else if (sku !== known) notices.push(notice("restore-changes-sku", { from: recorded, to: sku }));
  const same = sku === known;
  const zones = zonesOf(sku, facts, choices);
  const encryption = encryptionOf(facts, choices);
  const access = accessOf(facts, choices);
  notices.push(...zoneNotices(sku, facts, zones), ...encryption.notices, ...access.notices);
  notices.push(...notesOf(sku, facts, same));
  return {
    disk: {
      sku,
      zones,
      encryption: encryption.encryption,
      access: access.access,
      osType: facts?.osType ?? null,
      hyperVGeneration: facts?.hyperVGeneration ?? null,
      supportedCapabilities: facts?.supportedCapabilities ?? null,
      purchasePlan: facts?.purchasePlan ?? null,
      encryptionSettings: facts?.encryptionSettings ?? null,
      securityType: facts?.securityProfile?.securityType ?? null,
      optimizedForFrequentAttach: facts?.optimizedForFrequentAttach ?? null,
      supportsHibernation: facts?.supportsHibernation ?? null,
      tags: facts?.tags ?? {},
      ...performanceOf(sku, facts, same),
    },
    notices,
  };
}

/** Zone-redundant disks have no zone; others stay where the VM could attach them. */
function zonesOf(sku: RestorableSku, facts: DiskFacts | null, { zone }: RestoreChoices): string[] {
  if (sku.endsWith("_ZRS") || zone === "none") return [];
  return zone === undefined ? [...(facts?.zones ?? [])] : [zone];
}

function zoneNotices(sku: RestorableSku, facts: DiskFacts | null, zones: readonly string[]): Notice[] {
  const [zone] = zones;
  const before = facts?.zones.join(", ") ?? "";
  if (zone !== undefined) {
    const moved = before !== "" && before !== zone;
    return [
      moved ? notice("restore-changes-zone", { from: before, to: zone }) : notice("restore-zone", { zone }),
    ];
  }
  return before === "" || sku.endsWith("_ZRS") ? [] : [notice("restore-drops-zone", { from: before })];
}

function encryptionOf(
  facts: DiskFacts | null,
  { encryption: choice }: RestoreChoices,
): { readonly encryption: RestoredDisk["encryption"]; readonly notices: readonly Notice[] } {
  const recorded = facts?.encryption ?? null;
  const set = recorded?.diskEncryptionSetId ?? null;
  if (choice === "platform-key") {
    const notices = set === null ? [] : [notice("restore-platform-key", { set })];
    return { encryption: { type: "EncryptionAtRestWithPlatformKey", diskEncryptionSetId: null }, notices };
  }
  if (choice !== undefined) {
    // The type must fit the set; Azure takes it from the set when it is left out.
    const type = set?.toLowerCase() === choice.toLowerCase() ? (recorded?.type ?? null) : null;
    return {
      encryption: { type, diskEncryptionSetId: choice },
      notices: [notice("restore-customer-key", { set: choice })],
    };
  }
  if (recorded === null || set === null) return { encryption: null, notices: [] };
  return { encryption: recorded, notices: [notice("restore-customer-key", { set })] };
}

const closedAccess: DiskAccess = {
  networkAccessPolicy: "DenyAll",
  diskAccessId: null,
  publicNetworkAccess: "Disabled",
};
const openAccess: DiskAccess = {
  networkAccessPolicy: "AllowAll",
  diskAccessId: null,
  publicNetworkAccess: "Enabled",
};

/** The disk is open during the upload, so that a private one can be written; its access is set afterwards. */
function accessOf(
  facts: DiskFacts | null,
  { access: choice }: RestoreChoices,
): { readonly access: DiskAccess | null; readonly notices: readonly Notice[] } {
  const recorded: DiskAccess = facts
    ? {
        networkAccessPolicy: facts.networkAccessPolicy,
        diskAccessId: facts.diskAccessId,
        publicNetworkAccess: facts.publicNetworkAccess ?? "Enabled",
      }
    : openAccess;
  // Points of earlier versions do not name the disk access: the disk comes back closed, never open.
  const isLost = recorded.networkAccessPolicy === "AllowPrivate" && recorded.diskAccessId === null;
  const asRecorded = isLost ? closedAccess : recorded;
  const wanted = choice === "allow-all" ? openAccess : choice === "deny-all" ? closedAccess : asRecorded;
  const notices: Notice[] = [];
  const changed = JSON.stringify(wanted) !== JSON.stringify(recorded);
  if (changed) {
    const [from, to] = [recorded.networkAccessPolicy, wanted.networkAccessPolicy];
    notices.push(notice("restore-changes-access", { from, to }));
  }
  if (JSON.stringify(wanted) === JSON.stringify(openAccess)) return { access: null, notices };
  notices.push(notice("restore-access-after-upload", { policy: wanted.networkAccessPolicy }));
  return { access: wanted, notices };
}

type Performance = Pick<
  RestoredDisk,
  "tier" | "iopsReadWrite" | "mbpsReadWrite" | "burstingEnabled" | "performancePlus" | "logicalSectorSize"
>;

/** Performance settings belong to a kind of disk: a disk of another kind gets Azure's defaults. */
function performanceOf(sku: RestorableSku, facts: DiskFacts | null, same: boolean): Performance {
  const kept = same && facts !== null ? facts : null;
  return {
    tier: isPremium(sku) ? (kept?.tier ?? null) : null,
    iopsReadWrite: isDirectDrive(sku) ? (kept?.iopsReadWrite ?? null) : null,
    mbpsReadWrite: isDirectDrive(sku) ? (kept?.mbpsReadWrite ?? null) : null,
    burstingEnabled: isPremium(sku) ? (kept?.burstingEnabled ?? null) : null,
    performancePlus: isDirectDrive(sku) ? null : (kept?.performancePlus ?? null),
    logicalSectorSize: isDirectDrive(sku) ? (facts?.logicalSectorSize ?? 512) : null,
  };
}

function notesOf(sku: RestorableSku, facts: DiskFacts | null, same: boolean): Notice[] {
  // Azure always reports the encryption of a disk, so a point without it is of an earlier version.
  if (facts === null || facts.encryption === null) return [notice("restore-facts-not-recorded", {})];
  const notes: Notice[] = [];
  const hasOwnPerformance = isDirectDrive(facts.sku) || facts.burstingEnabled === true;
  if (!same && hasOwnPerformance) notes.push(notice("restore-default-performance", { sku }));
  if (isDirectDrive(sku)) notes.push(notice("restore-direct-drive", { sku }));
  if (facts.securityProfile?.securityType === "TrustedLaunch") notes.push(notice("restore-new-vtpm", {}));
  if (facts.encryptionSettings?.enabled === true) notes.push(notice("restore-encrypted-in-guest", {}));
  return notes;
}
