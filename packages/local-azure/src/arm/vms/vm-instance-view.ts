/** The instance view of a VM: power, agent, extension handlers, disks, boot diagnostics. */
import type { InstanceViewStatus, VirtualMachineInstanceView } from "@azure/arm-compute";
import { isoTime } from "../../clock.ts";
import type { State, Vm } from "../../state/model.ts";
import { extensionInstanceView, status } from "../extensions/extension-body.ts";
import { keyOf } from "../ids.ts";
import type { Json } from "../wire.ts";

type AgentView = NonNullable<Json<VirtualMachineInstanceView>["vmAgent"]>;

/** The generation of a VM: that of its OS disk. */
export function generationOf(state: State, vm: Vm): "V1" | "V2" {
  return vm.hyperVGeneration ?? state.disks[keyOf(vm.osDisk.diskId)]?.hyperVGeneration ?? "V2";
}

/** The run-time state of a VM as instanceView and `$expand=instanceView` return it. */
export function instanceView(state: State, vm: Vm): Json<VirtualMachineInstanceView> {
  const ready = isReady(vm);
  const provisioned = isoTime(vm.provisionedAt ?? vm.timeCreated);
  return {
    ...(vm.availabilitySetId === undefined
      ? {}
      : { platformUpdateDomain: 0, platformFaultDomain: vm.platformFaultDomain ?? 0 }),
    ...(ready
      ? { computerName: vm.computerName, osName: vm.guest.osName, osVersion: vm.guest.osVersion }
      : {}),
    hyperVGeneration: generationOf(state, vm),
    // Azure knows nothing of the agent of a VM without a host.
    ...(vm.power === "deallocated" ? {} : { vmAgent: agentView(vm, ready, provisioned) }),
    disks: [vm.osDisk, ...vm.dataDisks].map((disk) => ({
      name: disk.name,
      ...(disk === vm.osDisk && vm.osDisk.encryptionSettings
        ? { encryptionSettings: [vm.osDisk.encryptionSettings] }
        : {}),
      statuses: [timed(status("ProvisioningState/succeeded", "Provisioning succeeded"), provisioned)],
    })),
    ...(Object.keys(vm.extensions).length > 0
      ? { extensions: Object.values(vm.extensions).map(extensionInstanceView) }
      : {}),
    ...(vm.diagnosticsProfile ? { bootDiagnostics: bootDiagnostics(vm) } : {}),
    ...(vm.hostId === undefined ? {} : { assignedHost: vm.hostId }),
    statuses: [
      timed(provisioningStatus(vm), provisioned),
      ...(vm.isGeneralized === true ? [status("OSState/generalized", "VM generalized")] : []),
      status(`PowerState/${powerWord(vm)}`, `VM ${powerWord(vm)}`),
    ],
  };
}

function powerWord(vm: Vm): string {
  return vm.powering ?? vm.power;
}

function isReady(vm: Vm): boolean {
  return vm.power === "running" && vm.powering === undefined && vm.guest.agent.status === "Ready";
}

function timed(one: Json<InstanceViewStatus>, time: string): Json<InstanceViewStatus> {
  return { ...one, time };
}

function provisioningStatus(vm: Vm): Json<InstanceViewStatus> {
  const word = vm.provisioningState.toLowerCase();
  const display = word === "updating" ? "Updating" : `Provisioning ${word}`;
  return status(`ProvisioningState/${word}`, display, word === "failed" ? "Error" : "Info");
}

const readyMessage: Readonly<Record<Vm["osType"], string>> = {
  Linux: "Guest Agent is running",
  Windows: "GuestAgent is running and processing the extensions.",
};

/** The agent reports in whole seconds. */
function wholeSeconds(time: string): string {
  return time.replace(/\.\d+/, "");
}

function agentView(vm: Vm, ready: boolean, time: string): AgentView {
  const state = ready
    ? {
        ...status("ProvisioningState/succeeded", "Ready"),
        message: readyMessage[vm.osType],
      }
    : {
        ...status("ProvisioningState/Unavailable", "Not Ready"),
        level: "Warning" as const,
        message: "VM status blob is found but not yet populated.",
      };
  return {
    vmAgentVersion: ready ? vm.guest.agent.version : "Unknown",
    statuses: [timed(state, ready ? wholeSeconds(time) : time)],
    extensionHandlers: ready
      ? Object.values(vm.extensions).map((extension) => ({
          type: `${extension.publisher}.${extension.type}`,
          typeHandlerVersion: extension.installedVersion ?? extension.typeHandlerVersion,
          status: { ...status("ProvisioningState/succeeded", "Ready"), message: "Plugin enabled" },
        }))
      : [],
  };
}

/** Azure shows URLs of a storage account of the customer only; managed storage needs an own call. */
function bootDiagnostics(vm: Vm): NonNullable<Json<VirtualMachineInstanceView>["bootDiagnostics"]> {
  const { enabled, storageUri } = vm.diagnosticsProfile?.bootDiagnostics ?? {};
  if (enabled !== true || storageUri === undefined) return {};
  const folder = `${storageUri.replace(/\/$/, "")}/bootdiagnostics-${vm.name.slice(0, 9).toLowerCase()}-${vm.vmId}`;
  const file = `${folder}/${vm.name}.${vm.vmId}`;
  return {
    consoleScreenshotBlobUri: `${file}.screenshot.bmp`,
    serialConsoleLogBlobUri: `${file}.serialconsole.log`,
  };
}
