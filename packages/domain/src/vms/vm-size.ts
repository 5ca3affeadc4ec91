/** What the name of an Azure VM size says. https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */

export interface SizeName {
  readonly maker: "intel" | "amd" | "arm";
  /** The number after `_v`; 1 without it. */
  readonly version: number;
}

// Standard_D4as_v7, Standard_E96-24ads_v5, Standard_NC24ads_A100_v4, Standard_DS2_v2: the letters after the digits are features.
const features = /^(?:Standard|Basic)_[A-Z]+\d+(?:-\d+)?([a-z]*)(?:_|$)/i;

/** Null for a name of another form. */
export function parseSizeName(size: string): SizeName | null {
  const letters = features.exec(size)?.[1]?.toLowerCase();
  if (letters === undefined) return null;
  const maker = letters.includes("a") ? "amd" : letters.includes("p") ? "arm" : "intel";
  return { maker, version: Number(/_v(\d+)$/i.exec(size)?.[1] ?? 1) };
}

/** First versions whose crash-consistent restore points are not one instant over several data disks. */
const firstUnpromised = { intel: 6, amd: 7, arm: Number.POSITIVE_INFINITY } as const;

/**
 * Whether Azure promises a crash-consistent restore point of several data disks to be one instant. Null: not known.
 * Source: https://learn.microsoft.com/azure/virtual-machines/concepts-restore-points
 */
export function promisesOneInstant(size: string): boolean | null {
  const name = parseSizeName(size);
  return name && name.version < firstUnpromised[name.maker];
}
