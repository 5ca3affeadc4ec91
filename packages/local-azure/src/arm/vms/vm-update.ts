/** PUT and PATCH of an existing VM: everything is checked before anything changes. */
import { isDeepStrictEqual } from "node:util";
import type { Vm } from "../../state/model.ts";
import { GIB } from "../../units.ts";
import type { World } from "../../world.ts";
import { requireLinked } from "../authorization/linked.ts";
import { ArmError, conflict, fixedProperty, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { started } from "../operations/long-running.ts";
import { findResource, groupOf, resourceOf, vmType } from "../resource-types.ts";
import type { ArmCall, ArmReply } from "../router.ts";
import { checkController, checkResize } from "../vm-sizes/vm-size-rules.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";
import { beginDiskChange } from "./attach.ts";
import { type DataDiskPlan, newDiskCount, planDataDisks } from "./data-disk-plan.ts";
import { etagOf, vmBody } from "./vm-body.ts";
import { invalidTarget, needsDeallocation, notHere, refuseBusy } from "./vm-errors.ts";
import { type Mode, planProfiles, refuseGeneralized, type VmFields } from "./vm-profile-plan.ts";
import {
  type OsDiskRequest,
  patchRequest,
  putRequest,
  type VmRequest,
  type VmRequestProperties,
} from "./vm-request.ts";

/** Answers PUT: an existing VM is updated. */
export function putVm(call: ArmCall): Promise<ArmReply> {
  groupOf(call);
  const request = putRequest(call.body);
  const vm = findResource(call, vmType);
  if (!vm) {
    checkConditions(call, undefined);
    throw notHere("create VMs through ARM; use `local-azure import`");
  }
  return update(call, vm, { request, mode: "PUT" });
}

/** Answers PATCH. */
export function patchVm(call: ArmCall): Promise<ArmReply> {
  const vm = resourceOf(call, vmType);
  return update(call, vm, { request: patchRequest(call.body), mode: "PATCH" });
}

/** `If-Match` and `If-None-Match`. @throws ArmError 412 */
export function checkConditions(call: ArmCall, vm: Vm | undefined): void {
  const current = vm ? etagOf(vm) : undefined;
  const match = call.headers["if-match"];
  const noneMatch = call.headers["if-none-match"];
  const fails =
    (match !== undefined && (current === undefined || (match !== "*" && match !== current))) ||
    (noneMatch !== undefined && current !== undefined && (noneMatch === "*" || noneMatch === current));
  if (!fails) return;
  throw new ArmError(
    { status: 412, code: "ConditionNotMet" },
    `The condition '${match ?? noneMatch}' was not satisfied. The current ETag is '${current ?? ""}'.`,
  );
}

interface Update {
  request: VmRequest;
  mode: Mode;
}

async function update(call: ArmCall, vm: Vm, { request, mode }: Update): Promise<ArmReply> {
  const { world } = call;
  const dataDisks = request.properties?.storageProfile?.dataDisks ?? [];
  const layers: string[] = [];
  try {
    for (let index = newDiskCount(vm, dataDisks); index > 0; index -= 1)
      layers.push(await world.layers.create());
    // Nothing waits between these checks and the change.
    const plan = planUpdate(call, vm, { request, mode, layers });
    const input = apply(world, vm, plan);
    const work = {
      kind: mode === "PUT" ? "virtualMachines.createOrUpdate" : "virtualMachines.update",
      family: vmType.family,
      on: vm,
      input,
    };
    return await started(call, work, { status: 200, body: vmBody(world.state, vm) });
  } finally {
    for (const layer of layers) if (!world.state.layers[layer]) await world.layers.abandon(layer);
  }
}

interface Plan {
  fields: VmFields;
  disks: DataDiskPlan;
  osDisk: (() => void)[];
}

function planUpdate(call: ArmCall, vm: Vm, { request, mode, layers }: Update & { layers: string[] }): Plan {
  const { world } = call;
  checkConditions(call, vm);
  refuseBusy(vm);
  refuseGeneralized(vm, "update");
  const wanted = request.properties ?? {};
  const fields = { ...planProfiles(world.state, vm, { request, mode }), ...planHardware(world, vm, wanted) };
  // Disks are checked against the VM as it becomes.
  const after = { ...vm, ...withoutUndefined(fields) };
  const wantedDisks =
    wanted.storageProfile?.dataDisks ?? (mode === "PUT" && wanted.storageProfile ? [] : undefined);
  const osDisk = planOsDisk(world, vm, wanted);
  const disks = wantedDisks
    ? planDataDisks(world, after, { disks: wantedDisks, layers })
    : { attach: [], detach: [], edit: [] };
  for (const { disk, createOption } of disks.attach)
    if (createOption === "Attach") requireLinked(call, "Microsoft.Compute/disks/write", disk.id);
  return { fields, osDisk, disks };
}

function withoutUndefined(fields: VmFields): Partial<Vm> {
  const kept: Partial<Vm> = {};
  return Object.assign(
    kept,
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  );
}

function apply(world: World, vm: Vm, plan: Plan): ReturnType<typeof beginDiskChange> {
  Object.assign(vm, plan.fields);
  for (const change of [...plan.osDisk, ...plan.disks.edit]) change();
  for (const { disk, createOption } of plan.disks.attach) {
    if (createOption !== "Empty") continue;
    world.state.layers[disk.layer] = {};
    world.state.disks[keyOf(disk.id)] = disk;
  }
  vm.provisioningState = "Updating";
  vm.revision = (vm.revision ?? 1) + 1;
  return beginDiskChange(world, vm, plan.disks);
}

function planHardware(
  world: World,
  vm: Vm,
  { hardwareProfile, storageProfile }: VmRequestProperties,
): VmFields {
  const { vmSize, vmSizeProperties } = hardwareProfile ?? {};
  const isResize = vmSize !== undefined && vmSize.toLowerCase() !== vm.size.toLowerCase();
  const isReshaped =
    vmSizeProperties !== undefined && !isDeepStrictEqual(vmSizeProperties, vm.sizeProperties);
  const controller = storageProfile?.diskControllerType ?? vm.diskControllerType ?? "SCSI";
  const changesController = controller !== (vm.diskControllerType ?? "SCSI");
  if ((isReshaped || changesController) && vm.power !== "deallocated") throw needsDeallocation(vm, "update");
  const after: Vm = { ...vm, diskControllerType: controller };
  if (changesController && !isResize) checkController(world.state, after, sizeOf(vm.size));
  return {
    ...(isResize ? { size: checkResize(world.state, after, vmSize) } : {}),
    ...(isReshaped ? { sizeProperties: vmSizeProperties } : {}),
    ...(changesController ? { diskControllerType: controller } : {}),
  };
}

/** Changes of the OS disk. Another disk in its place is refused (README). */
function planOsDisk(world: World, vm: Vm, { storageProfile }: VmRequestProperties): (() => void)[] {
  if (storageProfile?.alignRegionalDisksToVMZone === true)
    throw notHere("align regional disks to a VM's zone");
  const wanted = storageProfile?.osDisk;
  const image = storageProfile?.imageReference;
  if (image && !sameImage(image, vm.imageReference)) throw fixedProperty("imageReference");
  if (!wanted) return [];
  refuseFixedOsDisk(world, vm, wanted);
  const { caching, deleteOption, writeAcceleratorEnabled, encryptionSettings } = wanted;
  if (encryptionSettings && !isDeepStrictEqual(encryptionSettings, vm.osDisk.encryptionSettings)) {
    if (vm.power !== "deallocated")
      throw operationNotAllowed(
        "Updates to encryptionSettings is not allowed when VM is allocated, Please retry after VM is deallocated",
      );
  }
  if (writeAcceleratorEnabled === true && !sizeOf(vm.size).writeAccelerator)
    throw invalidTarget(
      "osDisk.writeAcceleratorEnabled",
      `Write Accelerator is not supported for the VM size '${vm.size}'.`,
    );
  return [
    ...resizeOsDisk(world, vm, wanted),
    () =>
      Object.assign(vm.osDisk, {
        ...(caching === undefined ? {} : { caching }),
        ...(deleteOption === undefined ? {} : { deleteOption }),
        ...(writeAcceleratorEnabled === undefined ? {} : { writeAcceleratorEnabled }),
        ...(encryptionSettings === undefined ? {} : { encryptionSettings }),
      }),
  ];
}

function sameImage(wanted: Record<string, string | undefined>, current: Vm["imageReference"]): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => value === undefined || name === "exactVersion" || value === current?.[name],
  );
}

function refuseFixedOsDisk(world: World, vm: Vm, wanted: OsDiskRequest): void {
  const { id, storageAccountType, diskEncryptionSet } = wanted.managedDisk ?? {};
  const disk = world.state.disks[keyOf(vm.osDisk.diskId)];
  if (wanted.createOption !== vm.osDisk.createOption) throw fixedProperty("osDisk.createOption");
  if (id !== undefined && keyOf(id) !== keyOf(vm.osDisk.diskId)) throw notHere("swap the OS disk of a VM");
  if (wanted.name !== undefined && wanted.name.toLowerCase() !== vm.osDisk.name.toLowerCase())
    throw fixedProperty("osDisk.name");
  if (wanted.osType !== undefined && wanted.osType !== vm.osType) throw fixedProperty("osDisk.osType");
  if (wanted.diffDiskSettings && !isDeepStrictEqual(wanted.diffDiskSettings, vm.osDisk.diffDiskSettings))
    throw fixedProperty("osDisk.diffDiskSettings");
  if (storageAccountType !== undefined && storageAccountType !== disk?.sku)
    throw fixedProperty("osDisk.managedDisk.storageAccountType");
  if (
    diskEncryptionSet?.id !== undefined &&
    keyOf(diskEncryptionSet.id) !== keyOf(disk?.encryption?.diskEncryptionSetId ?? "")
  )
    throw fixedProperty("osDisk.managedDisk.diskEncryptionSet.id");
}

function resizeOsDisk(world: World, vm: Vm, { diskSizeGB }: OsDiskRequest): (() => void)[] {
  const disk = world.state.disks[keyOf(vm.osDisk.diskId)];
  if (diskSizeGB === undefined || !disk || diskSizeGB === Math.ceil(disk.sizeBytes / GIB)) return [];
  if (vm.power !== "deallocated")
    throw conflict("Disk resizing is allowed only when creating a VM or when the VM is deallocated.");
  const sizeBytes = diskSizeGB * GIB;
  if (sizeBytes < disk.sizeBytes)
    throw operationNotAllowed(`Disk '${disk.name}' cannot be resized to a smaller size.`);
  return [() => Object.assign(disk, { sizeBytes })];
}
