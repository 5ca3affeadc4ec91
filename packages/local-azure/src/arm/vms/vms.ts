/** Virtual machines: read and delete. Their changes are in vm-update.ts, vm-power.ts and attach.ts. */
import type { Vm } from "../../state/model.ts";
import { invalidParameter } from "../errors.ts";
import { runCommand } from "../extensions/run-command.ts";
import { keyOf, regionOf } from "../ids.ts";
import { deleteResource, deleteWork } from "../lifecycle.ts";
import { listResources } from "../lists.ts";
import { disconnectVm } from "../network/connect.ts";
import type { ArmPart } from "../part.ts";
import { pathsOf, resourceOf, vmType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, computeInSubscription, expandOf, routes } from "../router.ts";
import { sizeBody } from "../vm-sizes/vm-size-lists.ts";
import { sizesFor } from "../vm-sizes/vm-size-rules.ts";
import { releaseDisk } from "./attach.ts";
import { listedVmBody, vmBody, vmStatusBody } from "./vm-body.ts";
import { refuseBusy } from "./vm-errors.ts";
import { instanceView } from "./vm-instance-view.ts";
import { checkConditions, patchVm, putVm } from "./vm-update.ts";

const { inSubscription, inGroup, one } = pathsOf(vmType);

const vmOf = (call: ArmCall): Vm => resourceOf(call, vmType);

/** Lists VMs; `statusOnly=true` lists their run-time state, `$filter` those of a scale set: none. */
function list(call: ArmCall): ArmReply {
  const { state } = call.world;
  const filter = call.query.get("$filter");
  if (filter !== null && !/^'?virtualMachineScaleSet\/id'?\s+eq\s+\S+$/i.test(filter))
    throw invalidParameter(`The filter '${filter}' is not supported. Filter by 'virtualMachineScaleSet/id'.`);
  const location = call.params["location"];
  const isListed = (vm: Vm): boolean =>
    filter === null && (location === undefined || vm.location === regionOf(location));
  const type = {
    ...vmType,
    records: () => Object.fromEntries(Object.entries(state.vms).filter(([, vm]) => isListed(vm))),
  };
  if (call.query.get("statusOnly") === "true")
    return listResources(call, type, (vm) => vmStatusBody(state, vm));
  const expand = expandOf(call);
  return listResources(call, type, (vm) => listedVmBody(state, vm, expand));
}

function get(call: ArmCall): ArmReply {
  return { status: 200, body: vmBody(call.world.state, vmOf(call), expandOf(call)) };
}

/** Deletes a VM. `forceDeletion` does not wait for other operations. */
function remove(call: ArmCall): Promise<ArmReply> {
  const isForced = call.query.get("forceDeletion") === "true";
  return deleteResource(call, vmType, (vm) => {
    checkConditions(call, vm);
    if (!isForced && vm.provisioningState !== "Deleting") refuseBusy(vm, "delete");
  });
}

/** The sizes that the VM can change to. */
function availableSizes(call: ArmCall): ArmReply {
  return { status: 200, body: { value: sizesFor(call.world.state, vmOf(call)).map(sizeBody) } };
}

export const vms: ArmPart = {
  routes: routes(vmType, {
    listAll: ["GET", inSubscription, list],
    listByLocation: ["GET", `${computeInSubscription}/locations/{location}/virtualMachines`, list],
    list: ["GET", inGroup, list],
    get: ["GET", one, get],
    instanceView: [
      "GET",
      `${one}/instanceView`,
      (call) => ({ status: 200, body: instanceView(call.world.state, vmOf(call)) }),
    ],
    createOrUpdate: ["PUT", one, putVm],
    update: ["PATCH", one, patchVm],
    delete: ["DELETE", one, remove],
    listAvailableSizes: ["GET", `${one}/vmSizes`, availableSizes],
    runCommand: ["POST", `${one}/runCommand`, runCommand],
  }),
  work: {
    "virtualMachines.delete": deleteWork(vmType, {
      release: (world, vm) => {
        disconnectVm(world.state, vm);
        for (const { diskId, deleteOption } of [vm.osDisk, ...vm.dataDisks]) {
          releaseDisk(world, diskId, vm.id);
          if (deleteOption === "Delete") delete world.state.disks[keyOf(diskId)];
        }
      },
    }),
  },
};
