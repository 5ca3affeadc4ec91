/** SKUs of disks and snapshots: sizes, tiers, performance, sharing (docs: disks-types, disks-shared, disks-scalability-targets). */
import { GIB } from "../../units.ts";

const diskSkuNames = [
  "Standard_LRS",
  "StandardSSD_LRS",
  "StandardSSD_ZRS",
  "Premium_LRS",
  "Premium_ZRS",
  "PremiumV2_LRS",
  "UltraSSD_LRS",
] as const;
export type DiskSkuName = (typeof diskSkuNames)[number];

export const snapshotSkuNames = ["Standard_LRS", "Standard_ZRS", "Premium_LRS"] as const;

interface DiskSku {
  /** `sku.tier` in answers. */
  tier: string;
  maxGb: number;
  minGb: number;
  zoneRedundant: boolean;
  /** Premium SSD v2 and Ultra: performance is set, not derived, and snapshots copy in the background. */
  provisioned: boolean;
  /** Steps of size with their performance; provisioned SKUs have none. */
  steps: readonly Step[];
}

/** `[name, largest size in GiB, IOPS, MBps]` */
type Step = readonly [name: string, gb: number, iops: number, mbps: number];

const premium: readonly Step[] = [
  ["P1", 4, 120, 25],
  ["P2", 8, 120, 25],
  ["P3", 16, 120, 25],
  ["P4", 32, 120, 25],
  ["P6", 64, 240, 50],
  ["P10", 128, 500, 100],
  ["P15", 256, 1100, 125],
  ["P20", 512, 2300, 150],
  ["P30", 1024, 5000, 200],
  ["P40", 2048, 7500, 250],
  ["P50", 4096, 7500, 250],
  ["P60", 8192, 16_000, 500],
  ["P70", 16_384, 18_000, 750],
  ["P80", 32_767, 20_000, 900],
];
const standardSsd: readonly Step[] = [
  ["E50", 4096, 500, 60],
  ["E60", 8192, 2000, 400],
  ["E70", 16_384, 4000, 600],
  ["E80", 32_767, 6000, 750],
];
const standardHdd: readonly Step[] = [
  ["S50", 4096, 500, 60],
  ["S60", 8192, 1300, 300],
  ["S70", 32_767, 2000, 500],
];

const usual = { minGb: 1, maxGb: 32_767, zoneRedundant: false, provisioned: false };
const provisioned = { maxGb: 65_536, zoneRedundant: false, provisioned: true, steps: [] };

export const diskSkus: Readonly<Record<DiskSkuName, DiskSku>> = {
  Standard_LRS: { ...usual, tier: "Standard", steps: standardHdd },
  StandardSSD_LRS: { ...usual, tier: "Standard", steps: standardSsd },
  StandardSSD_ZRS: { ...usual, tier: "Standard", zoneRedundant: true, steps: standardSsd },
  Premium_LRS: { ...usual, tier: "Premium", steps: premium },
  Premium_ZRS: { ...usual, tier: "Premium", zoneRedundant: true, steps: premium },
  PremiumV2_LRS: { ...provisioned, tier: "Premium", minGb: 1 },
  UltraSSD_LRS: { ...provisioned, tier: "Ultra", minGb: 4 },
};

/** The SKU of a name in any letter case, in Azure's spelling. */
export function findDiskSku(name: string): DiskSkuName | undefined {
  return diskSkuNames.find((sku) => sku.toLowerCase() === name.toLowerCase());
}

/** The facts of a SKU; a state file may name one that Azure does not have. */
export function skuFacts(name: string): DiskSku {
  return diskSkus[findDiskSku(name) ?? "Standard_LRS"];
}

/** Whether snapshots of the disk copy in the background and performance is set by the user. */
export function isProvisioned(sku: string): boolean {
  return skuFacts(sku).provisioned;
}

export function sizeGbOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / GIB);
}

/** The tier that belongs to a size: `P10`; undefined for SKUs without tiers in answers. */
export function baselineTier(sku: string, sizeGb: number): string | undefined {
  return skuFacts(sku).steps === premium ? stepOf(premium, sizeGb)[0] : undefined;
}

/** Whether a disk of this size can have the tier: its own or a higher one, of the same size class. */
export function isValidTier(sku: string, sizeGb: number, tier: string): boolean {
  const own = premium.findIndex(([name]) => name === baselineTier(sku, sizeGb));
  const wanted = premium.findIndex(([name]) => name === tier);
  if (own < 0 || wanted < own) return false;
  const large = (index: number): boolean => (premium[index]?.[1] ?? 0) > 4096;
  return large(own) === large(wanted);
}

interface Range {
  min: number;
  max: number;
}

interface Performance {
  iops: number;
  mbps: number;
}

/** What performance plus gives from a size in GiB on: `[more than, IOPS, MBps]` (docs: disks-types; a recorded P30). */
const plus: Readonly<
  Record<"P" | "E" | "S", readonly (readonly [over: number, iops: number, mbps: number])[]>
> = {
  P: [
    [2048, 20_000, 900],
    [1024, 16_000, 550],
    [512, 8000, 300],
  ],
  E: [
    [4096, 6000, 750],
    [2048, 6000, 600],
    [1024, 3000, 300],
    [512, 1500, 150],
  ],
  S: [
    [2048, 3000, 500],
    [1024, 3000, 300],
    [512, 1500, 150],
  ],
};

/** What a disk does by its SKU, size, tier and performance plus. */
export function performanceOf(disk: {
  sku: string;
  sizeBytes: number;
  tier?: string;
  performancePlus?: boolean;
}): Performance {
  const sizeGb = sizeGbOf(disk.sizeBytes);
  const [, tierGb = sizeGb] = premium.find(([name]) => name === disk.tier) ?? [];
  const more = disk.performancePlus === true ? plusPerformance(disk.sku, tierGb) : undefined;
  return more ?? baselinePerformance(disk.sku, sizeGb, disk.tier);
}

function plusPerformance(sku: string, sizeGb: number): Performance | undefined {
  const { steps } = skuFacts(sku);
  const kind = steps === premium ? "P" : steps === standardSsd ? "E" : "S";
  const [, iops, mbps] = (steps.length > 0 && plus[kind].find(([over]) => sizeGb > over)) || [];
  return iops === undefined || mbps === undefined ? undefined : { iops, mbps };
}

/** What a disk does when nothing is set. */
export function baselinePerformance(sku: string, sizeGb: number, tier?: string): Performance {
  if (sku === "PremiumV2_LRS") return { iops: 3000, mbps: 125 };
  if (sku === "UltraSSD_LRS") {
    const { min, max } = iopsRange(sku, sizeGb);
    return { iops: Math.min(Math.max(500, min), max), mbps: Math.min(100, mbpsRange(sku, max).max) };
  }
  const { steps } = skuFacts(sku);
  const [, , iops, mbps] = steps.find(([name]) => name === tier) ?? stepOf(steps, sizeGb);
  return { iops, mbps };
}

/** IOPS that can be set: 500 per GiB for Premium SSD v2, 300 for Ultra (docs: disks-types). */
export function iopsRange(sku: string, sizeGb: number): Range {
  return sku === "PremiumV2_LRS"
    ? { min: 3000, max: Math.max(3000, Math.min(80_000, 500 * sizeGb)) }
    : { min: Math.max(100, sizeGb), max: Math.min(400_000, Math.max(1200, 300 * sizeGb)) };
}

/** MBps that can be set: 0.25 per IOPS, with the SKU's ceiling. */
export function mbpsRange(sku: string, iops: number): Range {
  return sku === "PremiumV2_LRS"
    ? { min: 125, max: Math.max(125, Math.min(1200, Math.floor(iops / 4))) }
    : { min: 1, max: Math.min(10_000, Math.max(1, Math.floor((iops * 256) / 1000))) };
}

/** The most VMs that can share a disk. */
export function maxSharesOf(sku: string, sizeGb: number): number {
  const { provisioned: set, steps } = skuFacts(sku);
  if (set) return 15;
  if (steps === standardHdd) return 1;
  return sizeGb > 4096 ? 10 : sizeGb > 512 ? 5 : 3;
}

function stepOf(steps: readonly Step[], sizeGb: number): Step {
  const step = steps.find(([, gb]) => sizeGb <= gb) ?? steps.at(-1);
  if (!step) throw new Error("A SKU without steps has no baseline");
  return step;
}
