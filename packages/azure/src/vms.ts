/** Virtual machines as Azure describes them, read whole. inventory.ts lists them. */
import type { VirtualMachine, VirtualMachineExtensionInstanceView } from "@azure/arm-compute";
import { type AgentState, KluisError, type OsType, type PowerState, powerStates } from "@kluis/domain";
import { z } from "zod";
import { armKey, namesOf, parseArmId } from "./arm-id.ts";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { hasAzureCode } from "./errors.ts";
import type { CallOptions } from "./lro.ts";
import { RawAnswer } from "./raw-answer.ts";
import { resourceOf } from "./resource.ts";
import type { ExtensionState, Json, VmDetails, VmDiskRef, VmInfo, VmStateView } from "./types.ts";
import { vmSizeOf } from "./vm-sizes.ts";
import { traitsOf } from "./vm-traits.ts";

function powerOf(statuses: VmStateView["statuses"]): PowerState {
  const code = statuses?.find((status) => status.code?.startsWith("PowerState/"))?.code ?? "";
  const word = code.slice("PowerState/".length).toLowerCase();
  return powerStates.find((state) => state === word) ?? "unknown";
}

function diskRefsOf(vm: VirtualMachine): VmDiskRef[] {
  const { osDisk, dataDisks = [] } = vm.storageProfile ?? {};
  const refs: VmDiskRef[] = [];
  if (osDisk) {
    refs.push({
      slot: "os",
      name: osDisk.name ?? "",
      diskId: osDisk.managedDisk?.id ?? null,
      ephemeral: osDisk.diffDiskSettings?.option === "Local",
      writeAccelerated: osDisk.writeAcceleratorEnabled === true,
      caching: osDisk.caching ?? null,
    });
  }
  for (const disk of dataDisks) {
    refs.push({
      slot: disk.lun,
      name: disk.name ?? "",
      diskId: disk.managedDisk?.id ?? null,
      ephemeral: false,
      writeAccelerated: disk.writeAcceleratorEnabled === true,
      caching: disk.caching ?? null,
    });
  }
  return refs;
}

function osOf(vm: VirtualMachine): OsType {
  const type = vm.storageProfile?.osDisk?.osType;
  if (type !== undefined) return type === "Windows" ? "windows" : "linux";
  return vm.osProfile?.windowsConfiguration ? "windows" : "linux";
}

/** The id of an instance of a scale set with uniform orchestration, which is another type of resource. */
const uniformType = "virtualMachineScaleSets/virtualMachines";

function namesOfVm(id: string): { subscriptionId: string; resourceGroup: string; name: string } {
  const uniform = parseArmId(id).type === uniformType.toLowerCase();
  const { subscriptionId, resourceGroup, names } = uniform
    ? namesOf<2>(id, uniformType)
    : namesOf<1>(id, "virtualMachines");
  return { subscriptionId, resourceGroup, name: names.join("_") };
}

/** @throws KluisError INPUT_INVALID when the id is not that of a VM */
export function vmInfo(vm: VirtualMachine, view: VmStateView | undefined): VmInfo {
  const id = vm.id ?? "";
  const { subscriptionId, resourceGroup, name } = namesOfVm(id);
  return {
    id,
    resourceId: armKey(id),
    azureVmId: vm.vmId ?? "",
    subscriptionId: subscriptionId.toLowerCase(),
    resourceGroup: resourceGroup.toLowerCase(),
    name: vm.name ?? name,
    location: vm.location,
    size: vm.hardwareProfile?.vmSize ?? "",
    osType: osOf(vm),
    tags: vm.tags ?? {},
    powerState: powerOf(view?.statuses),
    diskRefs: diskRefsOf(vm),
    traits: traitsOf(vm, view),
  };
}

export function agentOf(view: VmStateView | undefined): AgentState {
  const status = view?.vmAgent?.statuses?.[0];
  if (!status) return "unknown";
  return status.displayStatus === "Ready" ? "ready" : "not-ready";
}

/** Splits `publisher.type`, the name of an extension's handler in an instance view. */
function handlerOf(view: VirtualMachineExtensionInstanceView | undefined): {
  publisher: string;
  type: string;
} {
  const text = view?.type ?? "";
  const cut = text.lastIndexOf(".");
  return { publisher: text.slice(0, Math.max(0, cut)), type: text.slice(cut + 1) };
}

/** Merges the VM's child resources and its instance view: Azure lists some extensions in only one of them. */
function extensionsOf(vm: VirtualMachine): ExtensionState[] {
  const resources = new Map((vm.resources ?? []).map((extension) => [nameKey(extension.name), extension]));
  const views = new Map((vm.instanceView?.extensions ?? []).map((view) => [nameKey(view.name), view]));
  return [...new Set([...resources.keys(), ...views.keys()])].map((key) => {
    const [extension, view] = [resources.get(key), views.get(key)];
    const handler = handlerOf(view);
    const status = view?.statuses?.[0];
    return {
      name: extension?.name ?? view?.name ?? "",
      publisher: extension?.publisher ?? handler.publisher,
      type: extension?.typePropertiesType ?? handler.type,
      version: extension?.typeHandlerVersion ?? view?.typeHandlerVersion ?? "",
      provisioningState: extension?.provisioningState ?? provisioningOf(status?.code),
      message: status?.message ?? null,
    };
  });
}

/** Key to compare extension names by: letter case varies, and some answers name them `vm/extension`. */
function nameKey(name: string | undefined): string {
  return (name ?? "").split("/").at(-1)?.toLowerCase() ?? "";
}

/** `ProvisioningState/succeeded` → `Succeeded`. */
function provisioningOf(code: string | undefined): string {
  const word = code?.split("/")[1] ?? "";
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const wireVm = z.object({ properties: z.looseObject({}).optional() }).loose();

/** The GET answer as Azure sent it, without the instance view, which only describes the moment. */
function configurationOf(body: Json): Json {
  const wire = wireVm.parse(body);
  const { instanceView: _view, ...properties } = wire.properties ?? {};
  return z.json().parse({ ...wire, properties });
}

/** Reads a VM whole; null when it, or its resource group, does not exist. */
export async function getVm(
  azure: AzureConnection,
  vmId: string,
  options: CallOptions = {},
): Promise<VmDetails | null> {
  const { client, path } = resourceOf<1>(azure, vmId, "virtualMachines");
  const raw = new RawAnswer();
  const query = { expand: "instanceView", onResponse: raw.onResponse, ...abortable(options) } as const;
  const vm = await missingAsNull(
    call({ operation: "read the virtual machine", target: vmId }, () =>
      client.virtualMachines.get(...path, query),
    ),
  );
  if (vm === null) return null;
  const info = vmInfo(vm, vm.instanceView);
  const size = await vmSizeOf(azure, info, options);
  return {
    ...info,
    traits: { ...info.traits, ...size },
    configuration: configurationOf(raw.json),
    agentState: agentOf(vm.instanceView),
    extensions: extensionsOf(vm),
  };
}

/** Azure's codes that say that a VM does not exist; other 404s do not prove it. */
const goneCodes = ["ResourceNotFound", "ResourceGroupNotFound"] as const;

/**
 * The id that Azure gave the VM of this name when it was created; null when Azure says that the VM, or its resource group, does not
 * exist.
 * @throws KluisError AZURE_FORBIDDEN when the identity may not see it
 */
export async function findAzureVmId(
  azure: AzureConnection,
  vmId: string,
  options: CallOptions = {},
): Promise<string | null> {
  const { client, path } = resourceOf<1>(azure, vmId, "virtualMachines");
  try {
    const vm = await call({ operation: "read the virtual machine", target: vmId }, () =>
      client.virtualMachines.get(...path, abortable(options)),
    );
    return vm.vmId ?? "";
  } catch (error) {
    if (goneCodes.some((code) => hasAzureCode(error, code))) return null;
    throw error;
  }
}

/** Like {@link getVm}, for callers that need the VM. @throws KluisError VM_NOT_FOUND */
export async function requireVm(
  azure: AzureConnection,
  vmId: string,
  options: CallOptions = {},
): Promise<VmDetails> {
  const vm = await getVm(azure, vmId, options);
  if (vm) return vm;
  throw new KluisError("VM_NOT_FOUND", {
    reason: "gone",
    message: `The virtual machine ${vmId} no longer exists in Azure.`,
    action: "Stop its protection, or restore it from a recovery point.",
    params: { vm: vmId },
  });
}
