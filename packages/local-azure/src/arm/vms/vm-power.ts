/** Power of a VM: start, stop, restart, deallocate, redeploy, reapply, generalize. */
import type { Vm } from "../../state/model.ts";
import { vmPowerSchema } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { diskState } from "../disks/disk-body.ts";
import { accessOpen } from "../disks/disk-errors.ts";
import { ArmError, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { accepted } from "../operations/long-running.ts";
import type { ArmPart, Work } from "../part.ts";
import { pathsOf, resourceOf, vmType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, routes } from "../router.ts";
import { checkAvailable, checkQuota } from "../vm-sizes/vm-size-rules.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";
import { refuseBusy } from "./vm-errors.ts";
import { refuseGeneralized } from "./vm-profile-plan.ts";

/** What an action does: the power state while it runs and after it. */
interface Action {
  powering?: NonNullable<Vm["powering"]>;
  /** Absent: the power state stays. */
  power?: Vm["power"];
  check?: (world: World, vm: Vm) => void;
}

const actions = {
  start: { powering: "starting", power: "running", check: checkStart },
  powerOff: { powering: "stopping", power: "stopped", check: refuseDeallocated("powerOff") },
  restart: { powering: "starting", power: "running", check: refuseDeallocated("restart") },
  deallocate: { powering: "deallocating", power: "deallocated", check: refuseEphemeral },
  redeploy: { powering: "starting", power: "running", check: refuseDeallocated("redeploy") },
  reapply: {},
} satisfies Record<string, Action>;

type ActionName = keyof typeof actions;
const actionNames = ["start", "powerOff", "restart", "deallocate", "redeploy", "reapply"] as const;

function actionOf(name: ActionName): Action {
  return actions[name];
}

function refuseDeallocated(operation: string): (world: World, vm: Vm) => void {
  return (_, vm) => {
    if (vm.power === "deallocated")
      throw operationNotAllowed(
        `Operation '${operation}' is not allowed on VM '${vm.name}' since the VM is either deallocated or marked to be deallocated.`,
      );
  };
}

/** The OS disk of such a VM is on its host. */
function refuseEphemeral(_: World, vm: Vm): void {
  if (vm.osDisk.diffDiskSettings?.option === "Local")
    throw operationNotAllowed(
      "Operation 'deallocate' is not supported on VMs or VM Scale Set instances using an ephemeral OS disk.",
    );
}

/** A start needs a host: a size that may be used, quota, and disks that no one else reads. */
function checkStart(world: World, vm: Vm): void {
  if (vm.power !== "deallocated") return;
  const size = sizeOf(vm.size);
  checkAvailable(world.state, vm, size.name);
  checkQuota(world.state, vm, { size, cores: size.vCpus });
  for (const { diskId } of [vm.osDisk, ...vm.dataDisks]) {
    const disk = world.state.disks[keyOf(diskId)];
    if (disk && diskState(world, disk).startsWith("ActiveSAS")) throw accessOpen("disk", disk.name);
  }
}

function act(name: ActionName): (call: ArmCall) => Promise<ArmReply> {
  return (call) => {
    const vm = resourceOf(call, vmType);
    const { powering, check } = actionOf(name);
    refuseBusy(vm, name);
    refuseGeneralized(vm, name);
    check?.(call.world, vm);
    vm.provisioningState = "Updating";
    if (powering !== undefined) vm.powering = powering;
    return accepted(call, { kind: `virtualMachines.${name}`, family: vmType.family, on: vm });
  };
}

/** A host for the VM (setting `exhaustedSizes`). @throws ArmError 409 */
function allocate(world: World, vm: Vm): void {
  const isExhausted = world.state.settings.exhaustedSizes.some(
    (name) => name.toLowerCase() === vm.size.toLowerCase(),
  );
  if (!isExhausted || vm.power !== "deallocated") return;
  if (vm.zones !== undefined)
    throw new ArmError(
      { status: 409, code: "ZonalAllocationFailed" },
      "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance",
    );
  throw new ArmError(
    { status: 409, code: "AllocationFailed" },
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance",
  );
}

function workOf(name: ActionName): Work {
  return {
    run: async (world, { target }) => {
      const vm = world.state.vms[keyOf(target)];
      if (!vm) return undefined;
      const { power } = actionOf(name);
      if (power === "running") allocate(world, vm);
      settle(world, vm, { state: "Succeeded", power });
      return undefined;
    },
    failed: (world, { target }) => {
      const vm = world.state.vms[keyOf(target)];
      if (vm) settle(world, vm, { state: "Failed" });
    },
  };
}

function settle(
  world: World,
  vm: Vm,
  after: { state: Vm["provisioningState"]; power?: Vm["power"] | undefined },
): void {
  const now = world.clock.now();
  const changesHost =
    after.power !== undefined && (after.power === "deallocated") !== (vm.power === "deallocated");
  if (changesHost)
    for (const { diskId } of [vm.osDisk, ...vm.dataDisks]) {
      const disk = world.state.disks[keyOf(diskId)];
      if (disk) disk.ownershipChangedAt = now;
    }
  if (after.power !== undefined) vm.power = after.power;
  delete vm.powering;
  vm.provisioningState = after.state;
  vm.provisionedAt = now;
}

/** Work of operations that an earlier version began. */
const earlierWork: Work = {
  run: async (world, { target, input }) => {
    const vm = world.state.vms[keyOf(target)];
    if (vm) settle(world, vm, { state: "Succeeded", power: vmPowerSchema.parse(input["power"]) });
    return undefined;
  },
};

/** Marks a stopped VM as generalized. It can then only be deleted (learn: generalize). */
async function generalize(call: ArmCall): Promise<ArmReply> {
  const vm = resourceOf(call, vmType);
  refuseBusy(vm, "generalize");
  if (vm.power === "running")
    throw operationNotAllowed(
      `Operation 'generalize' is not allowed on VM '${vm.name}' since the VM is running. Please power off explicitly in case you shut down the VM from inside the guest operating system.`,
    );
  vm.isGeneralized = true;
  vm.revision = (vm.revision ?? 1) + 1;
  await call.world.store.flush();
  return { status: 200 };
}

/** URLs of the console's screenshot and log, which hold nothing here. */
function bootDiagnosticsData(call: ArmCall): ArmReply {
  const vm = resourceOf(call, vmType);
  if (vm.diagnosticsProfile?.bootDiagnostics?.enabled !== true)
    throw operationNotAllowed(
      `Operation 'retrieveBootDiagnosticsData' is not allowed on VM '${vm.name}' since boot diagnostics is not enabled.`,
    );
  const folder = `${call.world.baseUrl()}/bootdiagnostics/${vm.vmId}/${vm.name}.${vm.vmId}`;
  return {
    status: 200,
    body: {
      consoleScreenshotBlobUri: `${folder}.screenshot.bmp`,
      serialConsoleLogBlobUri: `${folder}.serialconsole.log`,
    },
  };
}

const { one } = pathsOf(vmType);

export const vmPower: ArmPart = {
  routes: routes(vmType, {
    ...Object.fromEntries(actionNames.map((name) => [name, ["POST", `${one}/${name}`, act(name)] as const])),
    generalize: ["POST", `${one}/generalize`, generalize],
    retrieveBootDiagnosticsData: ["POST", `${one}/retrieveBootDiagnosticsData`, bootDiagnosticsData],
  }),
  work: {
    ...Object.fromEntries(actionNames.map((name) => [`virtualMachines.${name}`, workOf(name)])),
    "virtualMachines.power": earlierWork,
  },
};
