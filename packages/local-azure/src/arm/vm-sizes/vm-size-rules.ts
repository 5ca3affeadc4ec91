/** Whether a VM can have a size, where it is, with the disks that it has. */
import type { State, Vm } from "../../state/model.ts";
import { ArmError, badRequest, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { checkCount, checkStorageType } from "../vms/attach-rules.ts";
import { invalidTarget } from "../vms/vm-errors.ts";
import { generationOf } from "../vms/vm-instance-view.ts";
import { findSize, sizeOf, type VmSize, vmSizes } from "./vm-sizes.ts";

/** The sizes that a VM can change to now: those of its cluster, or all without a host. */
export function sizesFor(state: State, vm: Vm): VmSize[] {
  const generation = generationOf(state, vm);
  return vmSizes.filter(
    (size) =>
      size.generations.includes(generation) &&
      (vm.power === "deallocated" || sameCluster(size, sizeOf(vm.size))),
  );
}

/**
 * Checks a change of size. Returns the size in Azure's spelling.
 * @throws ArmError 400, 409
 */
export function checkResize(state: State, vm: Vm, wanted: string): string {
  const size = findSize(wanted);
  if (!size)
    throw invalidTarget(
      "vmSize",
      `The value ${wanted} provided for the VM size is not valid. The valid sizes in the current region are: ${vmSizes.map(({ name }) => name).join(",")}. Find out more on the valid VM sizes in each region at https://aka.ms/azure-regions.`,
    );
  checkAvailable(state, vm, size.name);
  checkBoot(state, vm, size);
  checkStorage(state, vm, size);
  if (vm.power === "deallocated") return size.name;
  if (sameCluster(size, sizeOf(vm.size))) {
    checkQuota(state, vm, { size, cores: size.vCpus - sizeOf(vm.size).vCpus });
    return size.name;
  }
  throw operationNotAllowed(
    `Unable to resize the VM ${vm.name} because the requested size ${size.name} is not available in the current hardware cluster. The available sizes in this cluster are: ${sizesFor(
      state,
      vm,
    )
      .map(({ name }) => name)
      .join(",")}. Read more on VM resizing strategy at https://aka.ms/azure-resizevm.`,
  );
}

/** The newest version of sizes that hosts of one vendor serve together; each newer one has separate hosts. */
const SHARED_VERSION = 5;

function sameCluster(a: VmSize, b: VmSize): boolean {
  return clusterOf(a) === clusterOf(b);
}

function clusterOf({ name, architecture, confidential }: VmSize): string {
  const version = Math.max(SHARED_VERSION, Number(/_v(\d+)$/.exec(name)?.[1] ?? "1"));
  const isAmd = /^Standard_[A-Z]+\d+[a-z]*a/.test(name);
  return [version, isAmd, architecture, confidential].join("/");
}

/** Generation, architecture and security of the OS disk. */
function checkBoot(state: State, vm: Vm, size: VmSize): void {
  const generation = generationOf(state, vm);
  if (!size.generations.includes(generation)) {
    const number = generation.slice(1);
    throw badRequest(
      `The selected VM size '${size.name}' cannot boot Hypervisor Generation '${number}'. If this was a Create operation please check that the Hypervisor Generation of the Image matches the Hypervisor Generation of the selected VM Size. If this was an Update operation please select a Hypervisor Generation '${number}' VM Size. For more information, see https://aka.ms/azuregen2vm`,
    );
  }
  const architecture =
    state.disks[keyOf(vm.osDisk.diskId)]?.supportedCapabilities?.architecture ?? sizeOf(vm.size).architecture;
  if (size.architecture !== architecture)
    throw badRequest(
      `Cannot create a VM of size '${size.name}' because this VM size only supports a CPU Architecture of '${size.architecture}', but an image or disk with CPU Architecture '${architecture}' was given. Please check that the CPU Architecture of the image or disk is compatible with that of the VM size.`,
    );
  const security = vm.securityProfile?.securityType;
  const isSupported =
    security === "ConfidentialVM"
      ? size.confidential !== undefined
      : security === "TrustedLaunch"
        ? size.trustedLaunch
        : size.confidential === undefined || size.name === vm.size;
  if (!isSupported)
    throw badRequest(
      `The VM size '${size.name}' is not supported for creation of VMs and Virtual Machine Scale Set with '${security ?? "<NULL>"}' security type.`,
    );
}

function checkStorage(state: State, vm: Vm, size: VmSize): void {
  const resized = { size: size.name, additionalCapabilities: vm.additionalCapabilities };
  for (const { diskId } of [vm.osDisk, ...vm.dataDisks]) {
    const disk = state.disks[keyOf(diskId)];
    if (disk) checkStorageType(resized, disk);
  }
  checkCount(resized, vm.dataDisks.length);
  const hasTemp = sizeOf(vm.size).tempDiskMib > 0;
  if (vm.osType === "Windows" && hasTemp !== size.tempDiskMib > 0)
    throw operationNotAllowed(
      `Unable to resize the VM '${vm.name}' since changing from resource disk to non-resource disk VM size and vice-versa is not allowed. Please refer to https://aka.ms/AAah4sj for more details.`,
    );
  checkController(state, vm, size);
}

/** The disk controller against the size and what the OS disk can boot from. */
export function checkController(state: State, vm: Vm, size: VmSize): void {
  const controller = vm.diskControllerType ?? "SCSI";
  const bootable =
    state.disks[keyOf(vm.osDisk.diskId)]?.supportedCapabilities?.diskControllerTypes ?? controller;
  if (size.diskControllers.includes(controller) && bootable.includes(controller)) return;
  throw invalidTarget(
    "vmSize",
    `The VM size '${size.name}' cannot boot with OS image or disk. Please check that disk controller types supported by the OS image or disk is one of the supported disk controller types for the VM size '${size.name}'. Please query sku api at https://aka.ms/azure-compute-skus to determine supported disk controller types for the VM size.`,
  );
}

/** A size that the subscription may not use in the VM's place (setting `restrictedSizes`). */
export function checkAvailable(state: State, vm: Vm, size: string): void {
  const isRestricted = state.settings.restrictedSizes.some(
    (name) => name.toLowerCase() === size.toLowerCase(),
  );
  if (!isRestricted) return;
  throw new ArmError(
    { status: 409, code: "SkuNotAvailable" },
    `The requested size for resource '${vm.id}' is currently not available in location '${vm.location}' zones '${(vm.zones ?? []).join(",")}' for subscription '${vm.subscriptionId}'. Please try another size or deploy to a different location or zones. See https://aka.ms/azureskunotavailable for details.`,
    { target: vm.id },
  );
}

/** Cores that allocated VMs of a region use: of one family, or of all. */
export function usedCores(
  state: State,
  place: { subscriptionId: string; location: string; family?: string },
): number {
  return Object.values(state.vms)
    .filter((vm) => vm.power !== "deallocated" || vm.powering === "starting")
    .filter((vm) => vm.subscriptionId.toLowerCase() === place.subscriptionId.toLowerCase())
    .filter((vm) => vm.location === place.location)
    .map((vm) => sizeOf(vm.size))
    .filter((size) => place.family === undefined || size.family === place.family)
    .reduce((sum, size) => sum + size.vCpus, 0);
}

/** Cores of a family and of the region against `coresPerFamily` and `coresPerRegion`. @throws ArmError 409 */
export function checkQuota(state: State, vm: Vm, { size, cores }: { size: VmSize; cores: number }): void {
  const { coresPerFamily, coresPerRegion } = state.settings;
  const place = { subscriptionId: vm.subscriptionId, location: vm.location };
  for (const [name, limit, used] of [
    [size.family, coresPerFamily, usedCores(state, { ...place, family: size.family })],
    ["Total Regional", coresPerRegion, usedCores(state, place)],
  ] as const) {
    if (cores <= 0 || used + cores <= limit) continue;
    throw operationNotAllowed(
      `Operation could not be completed as it results in exceeding approved ${name} Cores quota. Additional details - Deployment Model: Resource Manager, Location: ${vm.location}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${cores}, (Minimum) New Limit Required: ${used + cores}. Setup Alerts when Quota reaches threshold. Learn more at https://aka.ms/quotamonitoringalerting . Submit a request for Quota increase at https://aka.ms/ProdportalCRP/?#create/Microsoft.Support/Parameters by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/per-vm-quota-requests`,
    );
  }
}
