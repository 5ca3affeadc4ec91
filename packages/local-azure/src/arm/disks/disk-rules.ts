/** Rules about the properties of disks and snapshots. A rule throws what Azure answers. */
import type { DiskSecurityProfile } from "@azure/arm-compute";
import { networkAccessPolicySchema } from "../../state/disk-facts.ts";
import type { Disk, State } from "../../state/model.ts";
import { invalidValue, missingParameter, outOfRange } from "../body.ts";
import { ArmError, badRequest } from "../errors.ts";
import { hasZones } from "../resources/locations.ts";
import { usableAccess } from "./disk-accesses.ts";
import { conflictingInput, notAllowed } from "./disk-errors.ts";
import {
  baselinePerformance,
  type DiskSkuName,
  findDiskSku,
  iopsRange,
  isProvisioned,
  isValidTier,
  maxSharesOf,
  mbpsRange,
  performanceOf,
  sizeGbOf,
  skuFacts,
} from "./disk-skus.ts";
import { type Place, usableSet } from "./encryption.ts";

/** The SKU of a disk by its name. @throws ArmError 400 */
export function diskSkuOf(name: string): DiskSkuName {
  const sku = findDiskSku(name);
  if (!sku) throw skuNotAvailable(name);
  return sku;
}

export function skuNotAvailable(name: string): ArmError {
  return new ArmError({ status: 400, code: "InvalidParameter" }, `SKU ${name} is not available.`, {
    target: "sku",
  });
}

/** Checks the zone of a new disk against its SKU and region. @throws ArmError 400 */
export function checkZones(
  zones: readonly string[] | undefined,
  disk: { id: string; sku: DiskSkuName; location: string },
): void {
  const { sku, location } = disk;
  const zonal = hasZones(location);
  const { zoneRedundant } = skuFacts(sku);
  if ((zoneRedundant || isProvisioned(sku)) && !zonal)
    throw new ArmError(
      { status: 400, code: "InvalidParameter" },
      `SKU ${sku} is not supported for resource type Disk in this region.`,
      { target: "sku" },
    );
  if (zones === undefined || zones.length === 0) {
    if (isProvisioned(sku))
      throw badRequest(
        `Managed disks with SKU ${sku} must specify an availability zone in location '${location}'.`,
      );
    return;
  }
  if (zones.length > 1)
    throw new ArmError(
      { status: 400, code: "ResourceTypeNotSupportMultiZones" },
      `The resource type 'disks' does not support multiple availability zones. The provided zones are '${zones.join(",")}'. Please provide a single availability zone.`,
    );
  const resource = disk.id.slice(disk.id.indexOf("/providers/") + "/providers/".length);
  if (!zonal)
    throw new ArmError(
      { status: 400, code: "LocationNotSupportAvailabilityZones" },
      `The resource '${resource}' does not support availability zones at location '${location}'.`,
    );
  const [zone = ""] = zones;
  if (!["1", "2", "3"].includes(zone))
    throw new ArmError(
      { status: 400, code: "InvalidAvailabilityZone" },
      `The zone(s) '${zone}' for resource '${resource}' is not supported. The supported zones for location '${location}' are '1,2,3'.`,
    );
  if (zoneRedundant)
    throw badRequest(`Availability zones cannot be specified for a managed disk with SKU ${sku}.`);
}

/** Checks the size that a body names. @throws ArmError 400 */
export function checkSize(sku: string, sizeGb: number): void {
  const { minGb: min, maxGb: max } = skuFacts(sku);
  if (sizeGb < min || sizeGb > max) throw outOfRange("disk.diskSizeGB", sizeGb, { min, max });
}

/** A disk access goes with AllowPrivate, and only with it. @throws ArmError 409, 404 */
export function checkNetwork(
  state: State,
  access: { networkAccessPolicy: string; diskAccessId?: string | undefined },
  location: string,
): void {
  const { networkAccessPolicy, diskAccessId } = access;
  if (!networkAccessPolicySchema.options.some((policy) => policy === networkAccessPolicy)) return;
  if (networkAccessPolicy === "AllowPrivate") {
    if (diskAccessId === undefined)
      throw conflictingInput("AllowPrivate NetworkAccessPolicy can only supported with Disk Access.");
    usableAccess(state, diskAccessId, location);
    return;
  }
  if (diskAccessId !== undefined)
    throw conflictingInput("Disk Access is only supported for disks with NetworkAccessPolicy AllowPrivate");
}

const withSecurity = new Set(["FromImage", "Import", "ImportSecure", "Upload", "UploadPreparedSecure"]);

/** Checks the security profile of a new disk. @throws ArmError 400, 404 */
export function checkSecurity(
  state: State,
  profile: Pick<DiskSecurityProfile, "securityType" | "secureVMDiskEncryptionSetId">,
  disk: {
    place: Place;
    createOption: string;
    hyperVGeneration?: string | undefined;
    osType?: string | undefined;
  },
): void {
  const { securityType, secureVMDiskEncryptionSetId: setId } = profile;
  if (securityType === undefined) {
    if (setId !== undefined) throw notAllowed("disk.securityProfile.secureVMDiskEncryptionSetId");
    return;
  }
  if (!withSecurity.has(disk.createOption))
    throw badRequest(
      `Security Type '${securityType}' is not supported for CreateOption '${disk.createOption}'`,
    );
  if (disk.osType === undefined) throw missingParameter("disk.osType");
  if (disk.hyperVGeneration !== "V2")
    throw badRequest(
      `Security Type '${securityType}' is supported for disks with HyperVGeneration 'V2' only.`,
    );
  const withKey = securityType === "ConfidentialVM_DiskEncryptedWithCustomerKey";
  if (!withKey) {
    if (setId !== undefined) throw notAllowed("disk.securityProfile.secureVMDiskEncryptionSetId");
    return;
  }
  if (setId === undefined) throw missingParameter("disk.securityProfile.secureVMDiskEncryptionSetId");
  const set = usableSet(state, setId, disk.place);
  if (set.encryptionType !== "ConfidentialVmEncryptedWithCustomerKey")
    throw badRequest(
      `Disk encryption set '${set.name}' must have the encryption type 'ConfidentialVmEncryptedWithCustomerKey'.`,
    );
}

type Tuned = Pick<
  Disk,
  | "name"
  | "sku"
  | "sizeBytes"
  | "tier"
  | "maxShares"
  | "burstingEnabled"
  | "performancePlus"
  | "logicalSectorSize"
  | "diskIOPSReadWrite"
  | "diskMBpsReadWrite"
  | "diskIOPSReadOnly"
  | "diskMBpsReadOnly"
>;

/** Checks what depends on SKU and size: tier, performance, sharing, bursting, sectors. @throws ArmError 400 */
export function checkTuning(disk: Tuned): void {
  const sizeGb = sizeGbOf(disk.sizeBytes);
  if (disk.tier !== undefined && !isValidTier(disk.sku, sizeGb, disk.tier))
    throw invalidValue("disk.tier", disk.tier);
  if (disk.maxShares !== undefined && (disk.maxShares < 1 || disk.maxShares > maxSharesOf(disk.sku, sizeGb)))
    throw badRequest(
      `MaxShares '${disk.maxShares}' for disk '${disk.name}' of size '${sizeGb}' GB is invalid. Please refer to https://docs.microsoft.com/azure/virtual-machines/windows/disks-shared-enable#disk-sizes`,
    );
  if (
    disk.burstingEnabled === true &&
    (skuFacts(disk.sku).tier !== "Premium" || isProvisioned(disk.sku) || sizeGb <= 512)
  )
    throw badRequest(
      `On-demand bursting can be enabled only on Premium SSD disks larger than 512 GB; disk '${disk.name}' is ${disk.sku} with ${sizeGb} GB.`,
    );
  if (disk.performancePlus === true && (isProvisioned(disk.sku) || sizeGb <= 512))
    throw badRequest(
      `Performance plus can be enabled only on Standard HDD, Standard SSD and Premium SSD disks larger than 512 GB.`,
    );
  if (disk.logicalSectorSize !== undefined && disk.logicalSectorSize !== 512 && !isProvisioned(disk.sku))
    throw invalidValue("disk.creationData.logicalSectorSize", disk.logicalSectorSize);
  checkPerformance(disk, sizeGb);
}

function checkPerformance(disk: Tuned, sizeGb: number): void {
  const { sku } = disk;
  if (!isProvisioned(sku)) return refuseOtherPerformance(disk);
  const iops = iopsRange(sku, sizeGb);
  const set = disk.diskIOPSReadWrite ?? baselinePerformance(sku, sizeGb).iops;
  const mbps = mbpsRange(sku, set);
  const limits = [
    ["diskIOPSReadWrite", disk.diskIOPSReadWrite, iops],
    ["diskMBpsReadWrite", disk.diskMBpsReadWrite, mbps],
    ["diskIOPSReadOnly", disk.diskIOPSReadOnly, iops],
    ["diskMBpsReadOnly", disk.diskMBpsReadOnly, mbps],
  ] as const;
  for (const [name, value, { min, max }] of limits)
    if (value !== undefined && (value < min || value > max))
      throw badRequest(
        `The value ${value} of parameter disk.${name} is not valid. The supported range for a ${sku} disk of size ${sizeGb} GB is between ${min} and ${max}.`,
      );
  const forReaders = (disk.maxShares ?? 1) > 1 || sku === "UltraSSD_LRS";
  if (!forReaders && (disk.diskIOPSReadOnly !== undefined || disk.diskMBpsReadOnly !== undefined))
    throw badRequest(`Read-only performance can be set only on a disk with maxShares greater than 1.`);
}

/** Other SKUs have the performance of their size; a client may send back what it read. */
function refuseOtherPerformance(disk: Tuned): void {
  const { iops, mbps } = performanceOf(disk);
  const fixed = [
    ["diskIOPSReadWrite", disk.diskIOPSReadWrite, iops],
    ["diskMBpsReadWrite", disk.diskMBpsReadWrite, mbps],
    ["diskIOPSReadOnly", disk.diskIOPSReadOnly, undefined],
    ["diskMBpsReadOnly", disk.diskMBpsReadOnly, undefined],
  ] as const;
  for (const [name, value, only] of fixed)
    if (value !== undefined && value !== only) throw notAllowed(`disk.${name}`);
}
