/** VM sizes: what each can have and do. The one table that all rules about sizes read. */
import { type SizeSeries, sizeSeries } from "./vm-size-series.ts";

export interface VmSize {
  /** `Standard_D2s_v5`, in Azure's spelling. */
  name: string;
  /** Quota family: `standardDSv5Family`. */
  family: string;
  vCpus: number;
  memoryGb: number;
  maxDataDisks: number;
  /** Whether Premium SSD can be attached. Crash-consistent restore points need it as well. */
  premiumStorage: boolean;
  generations: readonly ("V1" | "V2")[];
  architecture: "x64" | "Arm64";
  /** Ultra disks can be attached in a zone. */
  ultraSsd: boolean;
  diskControllers: readonly ("SCSI" | "NVMe")[];
  trustedLaunch: boolean;
  confidential?: "SNP" | "TDX";
  encryptionAtHost: boolean;
  acceleratedNetworking: boolean;
  writeAccelerator: boolean;
  maxNics: number;
  /** Local temporary disk; 0 without. */
  tempDiskMib: number;
}

export const vmSizes: readonly VmSize[] = sizeSeries.flatMap(sizesOf);
const byName = new Map(vmSizes.map((size) => [size.name.toLowerCase(), size]));

/** The size of a name in any letter case, or undefined. */
export function findSize(name: string): VmSize | undefined {
  return byName.get(name.toLowerCase());
}

/**
 * The size of a name. A name outside the table gets what its letters say: `s` is premium storage,
 * `p` is Arm64, `d` is a temporary disk. Only VMs that the control API or a state file made have one.
 */
export function sizeOf(name: string): VmSize {
  return findSize(name) ?? derivedSize(name);
}

function sizesOf(series: SizeSeries): VmSize[] {
  return series.sizes.map(([label, vCpus, memoryGb, maxDataDisks, tempGib]) => ({
    name: series.name.replace("{n}", label),
    family: series.family,
    vCpus,
    memoryGb,
    maxDataDisks,
    premiumStorage: series.premiumStorage ?? true,
    generations: series.generations ?? ["V1", "V2"],
    architecture: series.architecture ?? "x64",
    ultraSsd: series.ultraSsd ?? false,
    diskControllers: series.diskControllers ?? ["SCSI"],
    trustedLaunch: series.trustedLaunch ?? (series.generations ?? ["V2"]).includes("V2"),
    ...(series.confidential ? { confidential: series.confidential } : {}),
    encryptionAtHost: series.encryptionAtHost ?? true,
    acceleratedNetworking: series.acceleratedNetworking ?? true,
    writeAccelerator: series.writeAccelerator ?? false,
    maxNics: Math.min(8, Math.max(2, vCpus / 2)),
    tempDiskMib: tempGib * 1024,
  }));
}

function derivedSize(name: string): VmSize {
  const [, cpus = "2", letters = "s", version = "1"] =
    /^[a-z]+_[a-z]+(\d+)(?:-\d+)?([a-z]*)(?:_.*v(\d+))?/i.exec(name) ?? [];
  const has = (letter: string): boolean => letters.toLowerCase().includes(letter);
  const generation = Number(version);
  const vCpus = Math.max(1, Number(cpus));
  return {
    name,
    family: "standardOtherFamily",
    vCpus,
    memoryGb: vCpus * 4,
    maxDataDisks: Math.min(64, vCpus * 2),
    premiumStorage: has("s"),
    generations: generation >= 6 ? ["V2"] : ["V1", "V2"],
    architecture: has("p") ? "Arm64" : "x64",
    ultraSsd: has("s"),
    diskControllers: generation >= 6 ? ["NVMe"] : ["SCSI"],
    trustedLaunch: true,
    encryptionAtHost: true,
    acceleratedNetworking: true,
    writeAccelerator: false,
    maxNics: Math.min(8, Math.max(2, vCpus / 2)),
    tempDiskMib: has("d") ? vCpus * 37_500 : 0,
  };
}
