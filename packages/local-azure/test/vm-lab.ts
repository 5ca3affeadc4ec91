/** VMs and disks for tests of VM rules: sparse, without content. */
import type { VirtualMachine } from "@azure/arm-compute";
import { isRestError } from "@azure/core-rest-pipeline";
import type { NewVm } from "../src/fabric.ts";
import { GROUP, MIB, SUBSCRIPTION, type useLab } from "./lab.ts";

type Lab = ReturnType<typeof useLab>;
const empty = async (): Promise<void> => undefined;

/** Makes a VM with empty disks of 32 MiB: the OS disk and `data` more. */
export async function makeVm(
  lab: Lab,
  name: string,
  options: Partial<Omit<NewVm, "disks" | "name">> & { data?: number; sku?: string } = {},
): Promise<string> {
  const { data = 0, sku = "Premium_LRS", ...rest } = options;
  const vm = await lab.azure.fabric.createVm({
    name,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: GROUP,
    location: "westeurope",
    os: "Linux",
    size: "Standard_D4s_v5",
    power: "running",
    ...rest,
    disks: Array.from({ length: data + 1 }, () => ({ sizeBytes: 32 * MIB, fill: empty, sku })),
  });
  return vm.id;
}

/** Makes an empty disk through ARM. Returns its id. */
export async function makeDisk(
  lab: Lab,
  name: string,
  options: { sku?: string; sizeGb?: number; zones?: string[]; maxShares?: number; location?: string } = {},
): Promise<string> {
  const { sku = "Premium_LRS", sizeGb = 4, zones, maxShares, location = "westeurope" } = options;
  const disk = await lab.arm.disks.createOrUpdate(GROUP, name, {
    location,
    sku: { name: sku },
    ...(zones ? { zones } : {}),
    ...(maxShares === undefined ? {} : { maxShares }),
    creationData: { createOption: "Empty" },
    diskSizeGB: sizeGb,
  });
  return disk.id ?? "";
}

/** Attaches disks to LUN 0, 1, … without caching. */
export function attach(lab: Lab, vm: string, ...diskIds: string[]): PromiseLike<unknown> {
  return lab.arm.virtualMachines.attachDetachDataDisks(GROUP, vm, {
    dataDisksToAttach: diskIds.map((diskId) => ({ diskId })),
  });
}

/** Sends back what GET returned, with changes, as `az vm update` does. */
export async function putBack(
  lab: Lab,
  name: string,
  change: (vm: VirtualMachine) => VirtualMachine,
): Promise<VirtualMachine> {
  const vm = await lab.arm.virtualMachines.get(GROUP, name);
  return lab.arm.virtualMachines.createOrUpdate(GROUP, name, change(vm));
}

/** Status, code and message of a failed call: `409 Conflict: …`. */
export async function refusal(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isRestError(error)) return `${error.statusCode} ${error.code}: ${error.message}`;
    return error instanceof Error ? error.message : String(error);
  }
  return "no failure";
}
