/** Actions that Azure refuses for every VM of the fleet: they need Spot, unmanaged disks or an invitation. */
import type { Vm } from "../../state/model.ts";
import { operationNotAllowed } from "../errors.ts";
import type { ArmPart } from "../part.ts";
import { pathsOf, resourceOf, vmType } from "../resource-types.ts";
import { routes } from "../router.ts";
import { refuseBusy } from "./vm-errors.ts";

/** Sentences as recorded by the tests of Azure's SDKs; that of simulateEviction is not known. */
const sentences = {
  performMaintenance: ({ name }) =>
    `Operation 'performMaintenance' is not allowed on VM '${name}' since the Subscription of this VM is not eligible.`,
  convertToManagedDisks: ({ name }) => `VM '${name}' is already using managed disks.`,
  reimage: () =>
    "The Reimage and OSUpgrade Virtual Machine actions require that the virtual machine has Automatic OS Upgrades enabled.",
  simulateEviction: ({ name }) =>
    `Operation 'simulateEviction' is not allowed on VM '${name}' since the VM is not an Azure Spot VM.`,
} satisfies Record<string, (vm: Vm) => string>;

const { one } = pathsOf(vmType);

export const refusedActions: ArmPart = {
  routes: routes(
    vmType,
    Object.fromEntries(
      Object.entries(sentences).map(([name, sentence]) => [
        name,
        [
          "POST",
          `${one}/${name}`,
          (call) => {
            const vm = resourceOf(call, vmType);
            refuseBusy(vm, name);
            throw operationNotAllowed(sentence(vm));
          },
        ],
      ]),
    ),
  ),
};
