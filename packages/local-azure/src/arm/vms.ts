/** Virtual machines: read, tag, power, delete. The control API creates them. */
import { type Vm, vmPowerSchema } from "../state/model.ts";
import { conflict } from "./errors.ts";
import { keyOf } from "./ids.ts";
import { deleteResource, deleteWork, patchTags } from "./lifecycle.ts";
import { listResources } from "./lists.ts";
import { accepted } from "./long-running.ts";
import type { ArmPart, Work } from "./part.ts";
import { pathsOf, resourceOf, vmType } from "./resource-types.ts";
import { type ArmCall, type ArmReply, expandOf, routes } from "./router.ts";
import { runCommand } from "./run-command.ts";
import { listedVmBody, vmBody, vmStatusBody } from "./vm-body.ts";
import { instanceView } from "./vm-instance-view.ts";

const { inSubscription, inGroup, one } = pathsOf(vmType);

const vmOf = (call: ArmCall): Vm => resourceOf(call, vmType);

function list(call: ArmCall): ArmReply {
  const { state } = call.world;
  if (call.query.get("statusOnly") === "true")
    return listResources(call, vmType, (vm) => vmStatusBody(state, vm));
  const expand = expandOf(call);
  return listResources(call, vmType, (vm) => listedVmBody(state, vm, expand));
}

function get(call: ArmCall): ArmReply {
  return { status: 200, body: vmBody(call.world.state, vmOf(call), expandOf(call)) };
}

function setPower(power: Vm["power"]): (call: ArmCall) => Promise<ArmReply> {
  return (call) => {
    const vm = vmOf(call);
    refuseBusy(vm);
    vm.provisioningState = "Updating";
    return accepted(call, {
      kind: "virtualMachines.power",
      family: vmType.family,
      on: vm,
      input: { power },
    });
  };
}

function refuseBusy(vm: Vm): void {
  if (vm.provisioningState === "Updating")
    throw conflict(`The request failed because another operation on the VM '${vm.name}' is in progress.`);
}

const powerWork: Work = {
  run: async ({ state }, { target, input }) => {
    const vm = state.vms[keyOf(target)];
    const power = vmPowerSchema.parse(input["power"]);
    if (vm) Object.assign(vm, { power, provisioningState: "Succeeded" } satisfies Partial<Vm>);
    return undefined;
  },
  failed: ({ state }, { target }) => {
    const vm = state.vms[keyOf(target)];
    if (vm) vm.provisioningState = "Failed";
  },
};

export const vms: ArmPart = {
  routes: routes(vmType, {
    listAll: ["GET", inSubscription, list],
    list: ["GET", inGroup, list],
    get: ["GET", one, get],
    instanceView: [
      "GET",
      `${one}/instanceView`,
      (call) => ({ status: 200, body: instanceView(call.world.state, vmOf(call)) }),
    ],
    update: ["PATCH", one, (call) => patchTags(call, vmOf(call), (vm) => vmBody(call.world.state, vm))],
    delete: ["DELETE", one, (call) => deleteResource(call, vmType, refuseBusy)],
    start: ["POST", `${one}/start`, setPower("running")],
    powerOff: ["POST", `${one}/powerOff`, setPower("stopped")],
    deallocate: ["POST", `${one}/deallocate`, setPower("deallocated")],
    restart: ["POST", `${one}/restart`, setPower("running")],
    runCommand: ["POST", `${one}/runCommand`, runCommand],
  }),
  work: {
    "virtualMachines.power": powerWork,
    "virtualMachines.delete": deleteWork(vmType, {
      release: ({ state }, vm) => {
        for (const { diskId, deleteOption } of [vm.osDisk, ...vm.dataDisks]) {
          const key = keyOf(diskId);
          if (deleteOption === "Delete") delete state.disks[key];
          else delete state.disks[key]?.managedBy;
        }
      },
    }),
  },
};
