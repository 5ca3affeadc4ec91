/** The JSON of a VM: its model as get and list return it. */
import type { VirtualMachine } from "@azure/arm-compute";
import { isoTime } from "../../clock.ts";
import type { State, Vm } from "../../state/model.ts";
import { extensionBody } from "../extensions/extension-body.ts";
import { keyOf } from "../ids.ts";
import { vmType } from "../resource-types.ts";
import { type ArmResource, envelope } from "../wire.ts";
import { instanceView } from "./vm-instance-view.ts";
import { capitalGroup, type IdStyle, sameId, storageProfile } from "./vm-storage.ts";

type VmEnvelope =
  | "id"
  | "name"
  | "type"
  | "location"
  | "tags"
  | "zones"
  | "plan"
  | "identity"
  | "resources"
  | "etag"
  | "extendedLocation"
  | "managedBy"
  | "placement"
  | "systemData";
type VmBody = ArmResource<VirtualMachine, VmEnvelope>;
type VmProperties = VmBody["properties"];
/** A list names the extensions of a VM by their ids only. */
type ListedVm = Omit<VmBody, "resources"> & { resources?: { id: string }[] };

/** The ETag of a VM, quotes included. */
export function etagOf(vm: Vm): string {
  return `"${vm.revision ?? 1}"`;
}

/** A VM as GET returns it. `expand` adds `instanceview` and `userdata`. */
export function vmBody(state: State, vm: Vm, expand: ReadonlySet<string> = new Set()): VmBody {
  const resources = Object.values(vm.extensions).map((extension) => extensionBody(vm, extension));
  return {
    ...head(vm, sameId),
    ...(resources.length > 0 ? { resources } : {}),
    properties: properties(state, vm, { style: sameId, expand }),
  };
}

/** A VM in a list: the ids of the VM, its disks and extensions have the group in capitals. */
export function listedVmBody(state: State, vm: Vm, expand: ReadonlySet<string> = new Set()): ListedVm {
  const resources = Object.values(vm.extensions).map(({ name }) => ({
    id: capitalGroup(`${vm.id}/extensions/${name}`),
  }));
  return {
    ...head(vm, capitalGroup),
    ...(resources.length > 0 ? { resources } : {}),
    properties: properties(state, vm, { style: capitalGroup, expand }),
  };
}

/** A VM in a list with `statusOnly=true`: its run-time state without the model. */
export function vmStatusBody(
  state: State,
  vm: Vm,
): Pick<VmBody, "id" | "name" | "type" | "location" | "properties"> {
  return {
    id: capitalGroup(vm.id),
    name: vm.name,
    type: `Microsoft.Compute/${vmType.name}`,
    location: vm.location,
    properties: {
      vmId: vm.vmId,
      provisioningState: vm.provisioningState,
      instanceView: instanceView(state, vm),
    },
  };
}

function head(vm: Vm, style: IdStyle): Omit<VmBody, "properties" | "resources"> {
  return {
    ...envelope(vmType, { ...vm, id: style(vm.id) }),
    ...(vm.zones ? { zones: vm.zones } : {}),
    ...(vm.plan ? { plan: vm.plan } : {}),
    ...(vm.identity ? { identity: identityBody(vm.identity) } : {}),
    etag: etagOf(vm),
  };
}

function identityBody(identity: NonNullable<Vm["identity"]>): NonNullable<VmBody["identity"]> {
  const { type, principalId, tenantId, userAssignedIdentities } = identity;
  const assigned = Object.entries(userAssignedIdentities ?? {}).flatMap(([id, value]) =>
    value === null ? [] : [[id, value] as const],
  );
  return {
    type,
    ...(principalId === undefined ? {} : { principalId }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(assigned.length > 0 ? { userAssignedIdentities: Object.fromEntries(assigned) } : {}),
  };
}

function properties(
  state: State,
  vm: Vm,
  { style, expand }: { style: IdStyle; expand: ReadonlySet<string> },
): VmProperties {
  return {
    hardwareProfile: {
      vmSize: vm.size,
      ...(vm.sizeProperties ? { vmSizeProperties: vm.sizeProperties } : {}),
      ...(vm.processorMode ? { processorMode: vm.processorMode } : {}),
    },
    provisioningState: vm.provisioningState,
    vmId: vm.vmId,
    ...placement(vm),
    ...given({
      additionalCapabilities: vm.additionalCapabilities,
      securityProfile: vm.securityProfile,
      diagnosticsProfile: vm.diagnosticsProfile,
      applicationProfile: vm.applicationProfile,
      scheduledEventsProfile: vm.scheduledEventsProfile,
      scheduledEventsPolicy: vm.scheduledEventsPolicy,
      resiliencyProfile: vm.resiliencyProfile,
      licenseType: vm.licenseType,
      extensionsTimeBudget: vm.extensionsTimeBudget,
    }),
    storageProfile: storageProfile(state, vm, style),
    ...(vm.osDisk.createOption === "Attach" ? {} : { osProfile: osProfile(vm) }),
    networkProfile: {
      networkInterfaces: vm.networkInterfaces.map((id, index) => networkInterface(vm, id, index)),
    },
    ...(expand.has("instanceview") ? { instanceView: instanceView(state, vm) } : {}),
    ...(expand.has("userdata") && vm.userData !== undefined ? { userData: vm.userData } : {}),
    timeCreated: isoTime(vm.timeCreated),
  };
}

function placement(vm: Vm): VmProperties {
  const reference = (id: string | undefined): { id: string } | undefined =>
    id === undefined ? undefined : { id };
  return given({
    availabilitySet: reference(vm.availabilitySetId),
    proximityPlacementGroup: reference(vm.proximityPlacementGroupId),
    host: reference(vm.hostId),
    capacityReservation: reservation(vm),
    priority: vm.priority,
    evictionPolicy: vm.evictionPolicy,
    billingProfile: vm.maxPrice === undefined ? undefined : { maxPrice: vm.maxPrice },
    platformFaultDomain: vm.platformFaultDomain,
  });
}

function reservation(vm: Vm): VmProperties["capacityReservation"] {
  const { capacityReservationGroupId: id, disableCapacityReservationAssignment: isOff } = vm;
  if (id === undefined && isOff === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { capacityReservationGroup: { id } }),
    ...(isOff === undefined ? {} : { disableCapacityReservationAssignment: isOff }),
  };
}

function networkInterface(
  vm: Vm,
  id: string,
  index: number,
): { id: string; properties: { primary: boolean; deleteOption: "Delete" | "Detach" } } {
  return {
    id,
    properties: { primary: index === 0, deleteOption: vm.nicDeleteOptions?.[keyOf(id)] ?? "Detach" },
  };
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  return Object.assign(
    kept,
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  );
}

/** The OS profile. Passwords and custom data are never returned. */
export function osProfile(vm: Vm): NonNullable<VmProperties["osProfile"]> {
  return {
    computerName: vm.computerName,
    adminUsername: vm.adminUsername,
    ...(vm.osType === "Windows"
      ? { windowsConfiguration: { ...windowsDefaults, ...vm.windowsConfiguration } }
      : { linuxConfiguration: { ...linuxDefaults, ...vm.linuxConfiguration } }),
    secrets: vm.vaultCertificates ?? [],
    allowExtensionOperations: vm.allowExtensionOperations ?? true,
    requireGuestProvisionSignal: vm.requireGuestProvisionSignal ?? true,
  };
}

const windowsDefaults: NonNullable<Vm["windowsConfiguration"]> = {
  provisionVMAgent: true,
  enableAutomaticUpdates: true,
  patchSettings: { patchMode: "AutomaticByOS", assessmentMode: "ImageDefault" },
};

const linuxDefaults: NonNullable<Vm["linuxConfiguration"]> = {
  disablePasswordAuthentication: true,
  provisionVMAgent: true,
  patchSettings: { patchMode: "ImageDefault", assessmentMode: "ImageDefault" },
};
