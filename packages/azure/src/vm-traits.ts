/** What Azure's answer about a VM says besides name, place and disks. The facts of its size come from vm-sizes.ts. */
import type { VirtualMachine } from "@azure/arm-compute";
import { unknownTraits, type VmTraits } from "@kluis/domain";
import type { VmStateView } from "./types.ts";

export function traitsOf(vm: VirtualMachine, view: VmStateView | undefined): VmTraits {
  const { plan } = vm;
  const scaleSetId = vm.virtualMachineScaleSet?.id ?? null;
  const isUniform = /\/virtualMachineScaleSets\/[^/]+\/virtualMachines\//i.test(vm.id ?? "");
  return {
    ...unknownTraits,
    zones: vm.zones ?? [],
    availabilitySetId: vm.availabilitySet?.id ?? null,
    scaleSetId,
    scaleSetMode: isUniform ? "uniform" : scaleSetId === null ? null : "flexible",
    securityType: vm.securityProfile?.securityType ?? null,
    licenseType: vm.licenseType ?? null,
    plan: plan ? [plan.publisher, plan.product, plan.name].filter(Boolean).join("/") : null,
    identityType: vm.identity?.type ?? null,
    diskController: vm.storageProfile?.diskControllerType ?? null,
    networkInterfaceIds: (vm.networkProfile?.networkInterfaces ?? []).flatMap(({ id }) => id ?? []),
    extensions: handlersOf(vm, view),
    extensionsAllowed: vm.osProfile?.allowExtensionOperations === false ? false : null,
  };
}

/** `publisher.type` of the extensions that the model or the instance view names. */
function handlersOf(vm: VirtualMachine, view: VmStateView | undefined): string[] {
  const ofModel = (vm.resources ?? []).flatMap(({ publisher, typePropertiesType: type }) =>
    publisher !== undefined && type !== undefined ? `${publisher}.${type}` : [],
  );
  const handlers = [...(view?.vmAgent?.extensionHandlers ?? []), ...(view?.extensions ?? [])];
  const all = new Map(
    [...ofModel, ...handlers.flatMap(({ type }) => type ?? [])].map((one) => [one.toLowerCase(), one]),
  );
  return [...all.values()].toSorted((a, b) => a.localeCompare(b));
}
