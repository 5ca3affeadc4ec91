/** Lists for a choice of size: the sizes of a region, resource SKUs, usages against quotas. */
import type { ResourceSku, Usage, VirtualMachineSize } from "@azure/arm-compute";
import type { State } from "../../state/model.ts";
import { invalidParameter } from "../errors.ts";
import { regionOf } from "../ids.ts";
import type { ArmPart } from "../part.ts";
import { hasZones, isRegion } from "../resources/locations.ts";
import { type ArmCall, type ArmReply, computeInSubscription, param, routes } from "../router.ts";
import { usedCores } from "./vm-size-rules.ts";
import { type VmSize, vmSizes } from "./vm-sizes.ts";

/** `osDiskSizeInMB` of every size: 1,023 GiB. */
const OS_DISK_MB = 1_047_552;
const zones = ["1", "2", "3"];

export function sizeBody(size: VmSize): VirtualMachineSize {
  return {
    name: size.name,
    numberOfCores: size.vCpus,
    osDiskSizeInMB: OS_DISK_MB,
    resourceDiskSizeInMB: size.tempDiskMib,
    memoryInMB: size.memoryGb * 1024,
    maxDataDiskCount: size.maxDataDisks,
  };
}

function listSizes(): ArmReply {
  return { status: 200, body: { value: vmSizes.map(sizeBody) } };
}

/** `$filter=location eq 'westeurope'`. Without it: the regions of the subscription's groups. */
function listSkus(call: ArmCall): ArmReply {
  const { state } = call.world;
  const filter = call.query.get("$filter");
  const [, wanted] = /^\s*location\s+eq\s+'([^']*)'\s*$/i.exec(filter ?? "") ?? [];
  if (filter !== null && wanted === undefined)
    throw invalidParameter(`The filter '${filter}' is not supported. Only 'location eq' is supported.`);
  const found = wanted === undefined ? usedRegions(state, param(call, "subscription")) : [regionOf(wanted)];
  const value = found.filter(isRegion).flatMap((region) => skusOf(state, region));
  return { status: 200, body: { value } };
}

function usedRegions(state: State, subscription: string): string[] {
  const groups = Object.values(state.resourceGroups).filter(
    ({ subscriptionId }) => subscriptionId.toLowerCase() === subscription.toLowerCase(),
  );
  return [...new Set(groups.map(({ location }) => regionOf(location)))];
}

function skusOf(state: State, region: string): ResourceSku[] {
  return [
    ...["Aligned", "Classic"].map((name) => setSku(name, region)),
    ...diskSkus.map(([name, tier]) => diskSku("disks", { name, tier, region })),
    ...snapshotSkus.map(([name, tier]) => diskSku("snapshots", { name, tier, region })),
    ...vmSizes.map((size) => vmSku(state, size, region)),
  ];
}

function setSku(name: string, region: string): ResourceSku {
  return {
    resourceType: "availabilitySets",
    name,
    locations: [region],
    locationInfo: [{ location: region, zones: [] }],
    capabilities: [{ name: "MaximumPlatformFaultDomainCount", value: "3" }],
    restrictions: [],
  };
}

const diskSkus = [
  ["Standard_LRS", "Standard"],
  ["StandardSSD_LRS", "Standard"],
  ["StandardSSD_ZRS", "Standard"],
  ["Premium_LRS", "Premium"],
  ["Premium_ZRS", "Premium"],
  ["PremiumV2_LRS", "Premium"],
  ["UltraSSD_LRS", "Ultra"],
] as const;
const snapshotSkus = [
  ["Standard_LRS", "Standard"],
  ["Standard_ZRS", "Standard"],
  ["Premium_LRS", "Premium"],
] as const;

function diskSku(
  resourceType: string,
  { name, tier, region }: { name: string; tier: string; region: string },
): ResourceSku {
  const isZonal = hasZones(region) && !name.endsWith("_ZRS");
  return {
    resourceType,
    name,
    tier,
    locations: [region],
    locationInfo: [{ location: region, zones: isZonal ? zones : [] }],
    capabilities: [{ name: "MaxValueOfMaxShares", value: name.startsWith("Standard_") ? "1" : "5" }],
    restrictions: [],
  };
}

function vmSku(state: State, size: VmSize, region: string): ResourceSku {
  const zonal = hasZones(region);
  const isRestricted = state.settings.restrictedSizes.some(
    (name) => name.toLowerCase() === size.name.toLowerCase(),
  );
  return {
    resourceType: "virtualMachines",
    name: size.name,
    tier: "Standard",
    size: size.name.replace("Standard_", ""),
    family: size.family,
    locations: [region],
    locationInfo: [
      {
        location: region,
        zones: zonal ? zones : [],
        zoneDetails:
          zonal && size.ultraSsd
            ? [{ name: zones, capabilities: [{ name: "UltraSSDAvailable", value: "True" }] }]
            : [],
      },
    ],
    capabilities: capabilitiesOf(size),
    restrictions: isRestricted ? restrictionsOf(region, zonal) : [],
  };
}

function restrictionsOf(region: string, zonal: boolean): NonNullable<ResourceSku["restrictions"]> {
  const reasonCode = "NotAvailableForSubscription";
  const restriction = (type: "Location" | "Zone"): NonNullable<ResourceSku["restrictions"]>[number] => ({
    type,
    values: [region],
    restrictionInfo: { locations: [region], ...(type === "Zone" ? { zones } : {}) },
    reasonCode,
  });
  return zonal ? [restriction("Location"), restriction("Zone")] : [restriction("Location")];
}

const yes = (value: boolean): string => (value ? "True" : "False");

/** Azure's capabilities: all values are texts, and some names are absent instead of False. */
function capabilitiesOf(size: VmSize): { name: string; value: string }[] {
  const optional: [string, string, boolean][] = [
    ["TrustedLaunchDisabled", "True", !size.trustedLaunch && size.generations.includes("V2")],
    ["ConfidentialComputingType", size.confidential ?? "", size.confidential !== undefined],
    ["MaxWriteAcceleratorDisksAllowed", "16", size.writeAccelerator],
  ];
  return [
    ["MaxResourceVolumeMB", String(size.tempDiskMib)],
    ["OSVhdSizeMB", String(OS_DISK_MB)],
    ["vCPUs", String(size.vCpus)],
    ["MemoryPreservingMaintenanceSupported", "True"],
    ["HyperVGenerations", size.generations.join(",")],
    ["DiskControllerTypes", size.diskControllers.join(",")],
    ["CpuArchitectureType", size.architecture],
    ["MemoryGB", String(size.memoryGb)],
    ["MaxDataDiskCount", String(size.maxDataDisks)],
    ["LowPriorityCapable", "True"],
    ["PremiumIO", yes(size.premiumStorage)],
    ["VMDeploymentTypes", "IaaS"],
    ["vCPUsAvailable", String(size.vCpus)],
    ["EphemeralOSDiskSupported", yes(size.tempDiskMib > 0 && size.premiumStorage)],
    ["EncryptionAtHostSupported", yes(size.encryptionAtHost)],
    ["AcceleratedNetworkingEnabled", yes(size.acceleratedNetworking)],
    ["RdmaEnabled", "False"],
    ["MaxNetworkInterfaces", String(size.maxNics)],
    ...optional.filter(([, , isPresent]) => isPresent).map(([name, value]) => [name, value] as const),
  ].map(([name = "", value = ""]) => ({ name, value }));
}

/** Usages of a region: VMs, cores in all and by family. */
function listUsages(call: ArmCall): ArmReply {
  const { state } = call.world;
  const location = regionOf(param(call, "location"));
  const place = { subscriptionId: param(call, "subscription"), location };
  const machines = Object.values(state.vms).filter(
    (vm) =>
      vm.subscriptionId.toLowerCase() === place.subscriptionId.toLowerCase() && vm.location === location,
  );
  const families = [...new Set(vmSizes.map(({ family }) => family))];
  const { coresPerFamily, coresPerRegion } = state.settings;
  const value: Usage[] = [
    usage(["availabilitySets", "Availability Sets"], countSets(state, place), 2500),
    usage(["cores", "Total Regional vCPUs"], usedCores(state, place), coresPerRegion),
    usage(["virtualMachines", "Virtual Machines"], machines.length, 25_000),
    usage(["virtualMachineScaleSets", "Virtual Machine Scale Sets"], 0, 2500),
    ...families.map((family) =>
      usage(
        [family, `${family.replace(/^standard|Family$/gi, "").trim()} Family vCPUs`],
        usedCores(state, { ...place, family }),
        coresPerFamily,
      ),
    ),
  ];
  return { status: 200, body: { value } };
}

function countSets(state: State, place: { subscriptionId: string; location: string }): number {
  return Object.values(state.availabilitySets).filter(
    (set) =>
      set.subscriptionId.toLowerCase() === place.subscriptionId.toLowerCase() &&
      set.location === place.location,
  ).length;
}

function usage(
  [value, localizedValue]: readonly [string, string],
  currentValue: number,
  limit: number,
): Usage {
  return { limit, unit: "Count", currentValue, name: { value, localizedValue } };
}

const inLocation = `${computeInSubscription}/locations/{location}`;

export const vmSizeLists: ArmPart = {
  routes: [
    ...routes(
      { name: "virtualMachineSizes", api: "compute" },
      { list: ["GET", `${inLocation}/vmSizes`, listSizes] },
    ),
    ...routes({ name: "usage", api: "compute" }, { list: ["GET", `${inLocation}/usages`, listUsages] }),
    ...routes(
      { name: "resourceSkus", api: "skus" },
      { list: ["GET", `${computeInSubscription}/skus`, listSkus] },
    ),
  ],
};
