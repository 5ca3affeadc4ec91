/** Virtual machines: listed, and read whole. */
import type {
  InstanceViewStatus,
  VirtualMachine,
  VirtualMachineExtensionInstanceView,
  VirtualMachineInstanceView,
} from "@azure/arm-compute";
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { type AgentState, KluisError, type OsType, type PowerState, powerStates } from "@kluis/domain";
import { z } from "zod";
import { armKey, namesOf } from "./arm-id.ts";
import { call, missingAsNull, pagesOf } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { CallOptions } from "./lro.ts";
import { resourceOf } from "./resource.ts";
import type { ExtensionState, Json, VmDetails, VmDiskRef, VmInfo } from "./types.ts";

function powerOf(statuses: readonly InstanceViewStatus[] | undefined): PowerState {
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

function vmInfo(vm: VirtualMachine, powerState: PowerState): VmInfo {
  const id = vm.id ?? "";
  const { subscriptionId, resourceGroup, names } = namesOf<1>(id, "virtualMachines");
  return {
    id,
    resourceId: armKey(id),
    azureVmId: vm.vmId ?? "",
    subscriptionId: subscriptionId.toLowerCase(),
    resourceGroup: resourceGroup.toLowerCase(),
    name: vm.name ?? names[0],
    location: vm.location,
    size: vm.hardwareProfile?.vmSize ?? "",
    osType: osOf(vm),
    tags: vm.tags ?? {},
    powerState,
    diskRefs: diskRefsOf(vm),
  };
}

/**
 * Lists every VM of a subscription, page by page. Azure returns power states in a separate listing (`statusOnly`): a VM
 * that only the other listing holds has power state `unknown`.
 */
export async function* listVms(
  azure: AzureConnection,
  subscriptionId: string,
  options: CallOptions = {},
): AsyncGenerator<VmInfo> {
  const client = azure.compute(subscriptionId);
  const target = `/subscriptions/${subscriptionId}`;
  const power = new Map<string, PowerState>();
  const statuses = client.virtualMachines.listAll({ statusOnly: "true", ...abortable(options) }).byPage();
  for await (const vm of pagesOf(
    { operation: "list the power states of virtual machines", target },
    statuses,
  )) {
    if (vm.id !== undefined) power.set(armKey(vm.id), powerOf(vm.instanceView?.statuses));
  }
  const machines = client.virtualMachines.listAll(abortable(options)).byPage();
  for await (const vm of pagesOf({ operation: "list virtual machines", target }, machines)) {
    yield vmInfo(vm, power.get(armKey(vm.id ?? "")) ?? "unknown");
  }
}

function agentOf(view: VirtualMachineInstanceView | undefined): AgentState {
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
function configurationOf(body: string | null | undefined): Json {
  const wire = wireVm.parse(JSON.parse(body ?? "{}"));
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
  let raw: PipelineResponse | undefined;
  const onResponse = (response: { readonly rawResponse?: PipelineResponse } | PipelineResponse) => {
    raw = "status" in response ? response : response.rawResponse;
  };
  const query = { expand: "instanceView", onResponse, ...abortable(options) } as const;
  const vm = await missingAsNull(
    call({ operation: "read the virtual machine", target: vmId }, () =>
      client.virtualMachines.get(...path, query),
    ),
  );
  return (
    vm && {
      ...vmInfo(vm, powerOf(vm.instanceView?.statuses)),
      configuration: configurationOf(raw?.bodyAsText),
      agentState: agentOf(vm.instanceView),
      extensions: extensionsOf(vm),
    }
  );
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
