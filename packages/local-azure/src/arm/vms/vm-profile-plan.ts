/** The properties of a VM apart from its size and disks: which may change, when, and to what. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { State, Vm } from "../../state/model.ts";
import { ArmError, badRequest, fixedProperty, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";
import { invalidTarget, needsDeallocation, notHere } from "./vm-errors.ts";
import { generationOf } from "./vm-instance-view.ts";
import type { VmRequest, VmRequestProperties } from "./vm-request.ts";

/** Fields that replace those of the VM; `undefined` removes one. */
export type VmFields = { [K in keyof Vm]?: Vm[K] | undefined };

/** What a PATCH leaves alone: it merges objects. A PUT replaces them. */
export type Mode = "PUT" | "PATCH";

const licenseTypes = [
  "Windows_Server",
  "Windows_Client",
  "RHEL_BYOS",
  "SLES_BYOS",
  "RHEL_BASE",
  "RHEL_SAPAPPS",
  "RHEL_SAPHA",
  "RHEL_EUS",
  "RHEL_BASESAPAPPS",
  "RHEL_BASESAPHA",
  "SLES",
  "SLES_SAP",
  "SLES_HPC",
  "UBUNTU",
  "UBUNTU_PRO",
  "None",
];
/** Longest user data in base64 (learn: user-data, 64 KiB). */
const USER_DATA_CHARACTERS = 87_380;

/** A profile after the request: a PATCH changes the members that it names. */
export function merged<T extends object>(
  current: T | undefined,
  wanted: T | undefined,
  mode: Mode,
): T | undefined {
  if (wanted === undefined) return current;
  if (mode === "PUT" || current === undefined) return wanted;
  return { ...current, ...wanted };
}

function differs(wanted: unknown, current: unknown): boolean {
  return wanted !== undefined && !isDeepStrictEqual(wanted, current);
}

/** Compares ids, names and words in any letter case. */
function isOther(wanted: string | undefined, current: string | undefined): boolean {
  return wanted !== undefined && wanted.toLowerCase() !== current?.toLowerCase();
}

/** The changed fields of a request. @throws ArmError 400, 409, 501 */
export function planProfiles(
  state: State,
  vm: Vm,
  { request, mode }: { request: VmRequest; mode: Mode },
): VmFields {
  const wanted = request.properties ?? {};
  refuseFixed(vm, request, wanted);
  checkNetwork(vm, wanted);
  return {
    ...(mode === "PUT" || request.tags ? { tags: request.tags } : {}),
    ...(request.identity ? { identity: identityAfter(state, vm, request.identity) } : {}),
    ...placementAfter(vm, wanted),
    ...securityAfter(state, vm, { wanted, mode }),
    ...capabilitiesAfter(vm, wanted, mode),
    ...osProfileAfter(vm, wanted, mode),
    ...simpleFields(vm, wanted, mode),
    nicDeleteOptions: nicOptions(vm, wanted),
  };
}

/** Properties that no update changes. */
function refuseFixed(vm: Vm, request: VmRequest, wanted: VmRequestProperties): void {
  if (differs(request.zones, vm.zones ?? [])) throw fixedProperty("zones");
  if (differs(request.plan, vm.plan)) throw fixedProperty("plan");
  if (isOther(wanted.availabilitySet?.id, vm.availabilitySetId)) throw fixedProperty("availabilitySet.id");
  if (wanted.virtualMachineScaleSet?.id !== undefined) throw notHere("add a VM to a scale set");
  if (wanted.hostGroup?.id !== undefined) throw notHere("place a VM in a host group");
  if (request.placement) throw fixedProperty("placement");
  if (request.extendedLocation) throw fixedProperty("extendedLocation");
  if (wanted.networkProfile?.interconnectGroupProfile) throw fixedProperty("interconnectGroupProfile");
  if (wanted.interconnectBlockProfile) throw fixedProperty("interconnectBlockProfile");
  if (differs(wanted.platformFaultDomain, vm.platformFaultDomain)) throw fixedProperty("platformFaultDomain");
  if (differs(wanted.priority, vm.priority ?? "Regular")) throw fixedProperty("priority");
  if (differs(wanted.evictionPolicy, vm.evictionPolicy)) throw fixedProperty("evictionPolicy");
}

/** Placement that changes only while the VM has no host. */
function placementAfter(vm: Vm, wanted: VmRequestProperties): VmFields {
  const ppg = wanted.proximityPlacementGroup?.id;
  const host = wanted.host?.id;
  const reservation = wanted.capacityReservation?.capacityReservationGroup?.id;
  const moves =
    isOther(ppg, vm.proximityPlacementGroupId) ||
    isOther(host, vm.hostId) ||
    isOther(reservation, vm.capacityReservationGroupId);
  if (moves && vm.power !== "deallocated") throw needsDeallocation(vm, "update");
  return {
    ...(ppg === undefined ? {} : { proximityPlacementGroupId: ppg }),
    ...(host === undefined ? {} : { hostId: host }),
    ...(reservation === undefined ? {} : { capacityReservationGroupId: reservation }),
    ...(wanted.billingProfile?.maxPrice === undefined ? {} : { maxPrice: wanted.billingProfile.maxPrice }),
  };
}

function securityAfter(
  state: State,
  vm: Vm,
  { wanted, mode }: { wanted: VmRequestProperties; mode: Mode },
): VmFields {
  const after = merged(vm.securityProfile, wanted.securityProfile, mode);
  if (wanted.securityProfile === undefined || isDeepStrictEqual(after, vm.securityProfile)) return {};
  const type = after?.securityType ?? "Standard";
  if (type !== (vm.securityProfile?.securityType ?? "Standard")) {
    const isUpgrade = type === "TrustedLaunch" && vm.securityProfile?.securityType !== "ConfidentialVM";
    if (!isUpgrade) throw fixedProperty("securityProfile.securityType");
    if (generationOf(state, vm) !== "V2" || !sizeOf(vm.size).trustedLaunch)
      throw badRequest(
        `The VM size '${vm.size}' is not supported for creation of VMs and Virtual Machine Scale Set with 'TrustedLaunch' security type.`,
      );
  }
  if (after?.uefiSettings && type === "Standard")
    throw badRequest(
      "Use of UEFI settings is not supported for VMs without the security type TrustedLaunch or ConfidentialVM.",
    );
  if (after?.encryptionAtHost === true && !sizeOf(vm.size).encryptionAtHost)
    throw invalidTarget(
      "securityProfile.encryptionAtHost",
      `The VM size ${vm.size} does not support encryption at host.`,
    );
  if (vm.power !== "deallocated") throw needsDeallocation(vm, "update");
  return { securityProfile: after };
}

function capabilitiesAfter(vm: Vm, wanted: VmRequestProperties, mode: Mode): VmFields {
  const after = merged(vm.additionalCapabilities, wanted.additionalCapabilities, mode);
  if (wanted.additionalCapabilities === undefined || isDeepStrictEqual(after, vm.additionalCapabilities))
    return {};
  if (after?.ultraSSDEnabled === true && (!sizeOf(vm.size).ultraSsd || vm.zones === undefined))
    throw invalidTarget(
      "additionalCapabilities.ultraSSDEnabled",
      `VM size '${vm.size}' is not available with UltraSSD_LRS in location '${vm.location}' zones '${(vm.zones ?? []).join(",")}'.`,
    );
  if (vm.power !== "deallocated") throw needsDeallocation(vm, "update");
  return { additionalCapabilities: after };
}

function osProfileAfter(vm: Vm, { osProfile }: VmRequestProperties, mode: Mode): VmFields {
  if (!osProfile) return {};
  if (vm.osDisk.createOption === "Attach")
    throw invalidTarget("osProfile", "Parameter 'osProfile' is not allowed.");
  if (isOther(osProfile.computerName, vm.computerName)) throw fixedProperty("osProfile.computerName");
  if (isOther(osProfile.adminUsername, vm.adminUsername)) throw fixedProperty("osProfile.adminUsername");
  if (osProfile.adminPassword !== undefined) throw fixedProperty("osProfile.adminPassword");
  if (osProfile.customData !== undefined) throw fixedProperty("osProfile.customData");
  const { linuxConfiguration: linux, windowsConfiguration: windows } = osProfile;
  if (vm.osType === "Windows" && linux) throw fixedProperty("linuxConfiguration");
  if (vm.osType === "Linux" && windows) throw fixedProperty("windowsConfiguration");
  if (differs(linux?.ssh, vm.linuxConfiguration?.ssh))
    throw fixedProperty("linuxConfiguration.ssh.publicKeys");
  if (
    differs(
      linux?.disablePasswordAuthentication,
      vm.linuxConfiguration?.disablePasswordAuthentication ?? true,
    )
  )
    throw fixedProperty("linuxConfiguration.disablePasswordAuthentication");
  for (const name of ["additionalUnattendContent", "winRM", "timeZone"] as const)
    if (differs(windows?.[name], vm.windowsConfiguration?.[name]))
      throw fixedProperty(`windowsConfiguration.${name}`);
  return {
    linuxConfiguration: merged(vm.linuxConfiguration, linux, mode),
    windowsConfiguration: merged(vm.windowsConfiguration, windows, mode),
    allowExtensionOperations: osProfile.allowExtensionOperations ?? vm.allowExtensionOperations,
    vaultCertificates: osProfile.secrets ?? vm.vaultCertificates,
    requireGuestProvisionSignal: osProfile.requireGuestProvisionSignal ?? vm.requireGuestProvisionSignal,
  };
}

function simpleFields(vm: Vm, wanted: VmRequestProperties, mode: Mode): VmFields {
  const { licenseType, userData, extensionsTimeBudget } = wanted;
  const processorMode = wanted.hardwareProfile?.processorMode;
  const notReserved = wanted.capacityReservation?.disableCapacityReservationAssignment;
  if (licenseType !== undefined && !licenseTypes.includes(licenseType))
    throw invalidTarget(
      "licenseType",
      `The license type ${licenseType} is invalid. Valid license types are: ${licenseTypes.join(", ")}, case sensitive.`,
    );
  if (
    userData !== undefined &&
    (!/^[A-Za-z0-9+/]*={0,2}$/.test(userData) || userData.length > USER_DATA_CHARACTERS)
  )
    throw invalidTarget(
      "userData",
      `User data must be in Base64 encoding and with a maximum length of ${USER_DATA_CHARACTERS} characters.`,
    );
  return {
    ...(licenseType === undefined ? {} : { licenseType }),
    ...(userData === undefined ? {} : { userData: userData === "" ? undefined : userData }),
    ...(extensionsTimeBudget === undefined ? {} : { extensionsTimeBudget }),
    diagnosticsProfile: merged(vm.diagnosticsProfile, wanted.diagnosticsProfile, mode),
    applicationProfile: merged(vm.applicationProfile, wanted.applicationProfile, mode),
    ...(processorMode === undefined ? {} : { processorMode }),
    ...(notReserved === undefined ? {} : { disableCapacityReservationAssignment: notReserved }),
    scheduledEventsProfile: merged(vm.scheduledEventsProfile, wanted.scheduledEventsProfile, mode),
    scheduledEventsPolicy: merged(vm.scheduledEventsPolicy, wanted.scheduledEventsPolicy, mode),
    resiliencyProfile: merged(vm.resiliencyProfile, wanted.resiliencyProfile, mode),
  };
}

/** Network interfaces cannot be exchanged yet. */
function checkNetwork(vm: Vm, { networkProfile }: VmRequestProperties): void {
  if (networkProfile?.networkInterfaceConfigurations) throw notHere("create network interfaces");
  const ids = networkProfile?.networkInterfaces?.map(({ id = "" }) => keyOf(id));
  if (differs(ids?.toSorted(), vm.networkInterfaces.map(keyOf).toSorted()))
    throw notHere("attach or detach network interfaces");
}

function nicOptions(vm: Vm, { networkProfile }: VmRequestProperties): Vm["nicDeleteOptions"] {
  const given = (networkProfile?.networkInterfaces ?? []).flatMap(({ id = "", properties }) =>
    properties?.deleteOption === undefined ? [] : [[keyOf(id), properties.deleteOption] as const],
  );
  return given.length > 0 ? { ...vm.nicDeleteOptions, ...Object.fromEntries(given) } : vm.nicDeleteOptions;
}

/** The identity after the request: Azure adds the ids of the principals. */
function identityAfter(state: State, vm: Vm, wanted: NonNullable<VmRequest["identity"]>): Vm["identity"] {
  if (wanted.type === "None") return undefined;
  const subscription = state.subscriptions[vm.subscriptionId.toLowerCase()];
  const system = wanted.type.startsWith("SystemAssigned")
    ? {
        principalId: vm.identity?.principalId ?? randomUUID(),
        tenantId: vm.identity?.tenantId ?? subscription?.tenantId ?? state.tenantId,
      }
    : {};
  if (!wanted.type.endsWith("UserAssigned")) return { type: wanted.type, ...system };
  const before = vm.identity?.userAssignedIdentities ?? {};
  const ids = Object.keys(wanted.userAssignedIdentities ?? before);
  if (ids.length === 0)
    throw new ArmError(
      { status: 400, code: "MissingIdentityIds" },
      "The identity ids must not be null or empty for 'UserAssigned' identity type.",
    );
  const userAssignedIdentities = Object.fromEntries(
    ids.map((id) => [id, before[id] ?? { principalId: randomUUID(), clientId: randomUUID() }]),
  );
  return { type: wanted.type, ...system, userAssignedIdentities };
}

/** Refuses what a generalized VM cannot do. @throws ArmError 409 */
export function refuseGeneralized(vm: Vm, operation: string): void {
  if (vm.isGeneralized === true)
    throw operationNotAllowed(
      `Operation '${operation}' is not allowed on VM '${vm.name}' since the VM is generalized.`,
    );
}
