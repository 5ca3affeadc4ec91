import { z } from "zod";
import { agentReady } from "../guest/extensions.ts";
import { runScript } from "../guest/run-command.ts";
import type { Vm } from "../state/model.ts";
import type { World } from "../world.ts";
import { conflict, invalidParameter, operationNotAllowed } from "./errors.ts";
import { keyOf } from "./ids.ts";
import { inScope, page } from "./lists.ts";
import { accepted } from "./long-running.ts";
import { idOf, vmOf } from "./resource-types.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";
import { expandOf, instanceView, vmBody } from "./vm-body.ts";

const one =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{vm}";

function list(call: ArmCall, group?: string): ArmReply {
  const { state } = call.world;
  const scope = { subscriptionId: param(call, "subscription"), ...(group === undefined ? {} : { group }) };
  const expand = expandOf(call.query);
  if (call.query.get("statusOnly") === "true") expand.add("instanceview");
  return page(call, inScope(state.vms, scope), (vm) => vmBody(state, vm, expand));
}

function power(action: string, power: Vm["power"]): ArmRoute {
  return {
    method: "POST",
    pattern: `${one}/${action}`,
    operation: `virtualMachines.${action}`,
    api: "compute",
    handle: (call) => {
      const vm = vmOf(call);
      refuseBusy(vm);
      vm.provisioningState = "Updating";
      return accepted(call, {
        kind: "virtualMachines.power",
        family: "operations",
        location: vm.location,
        target: vm.id,
        input: { power },
      });
    },
  };
}

function refuseBusy(vm: Vm): void {
  if (vm.provisioningState === "Updating")
    throw conflict(`The request failed because another operation on the VM '${vm.name}' is in progress.`);
}

async function remove(call: ArmCall): Promise<ArmReply> {
  if (!call.world.state.vms[keyOf(idOf(call, "virtualMachines", param(call, "vm")))]) return { status: 204 };
  const vm = vmOf(call);
  refuseBusy(vm);
  vm.provisioningState = "Deleting";
  return accepted(call, {
    kind: "virtualMachines.delete",
    family: "operations",
    location: vm.location,
    target: vm.id,
  });
}

const patchBody = z.object({ tags: z.record(z.string(), z.string()).optional() });
const commandBody = z.object({
  commandId: z.string(),
  script: z.array(z.string()).optional(),
  parameters: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});

const commandIds = ["RunPowerShellScript", "RunShellScript"];

async function runCommand(call: ArmCall): Promise<ArmReply> {
  const vm = vmOf(call);
  const body = commandBody.safeParse(call.body);
  if (!body.success) throw invalidParameter("Required parameter 'commandId' is missing (null).");
  if (!commandIds.includes(body.data.commandId)) {
    throw invalidParameter("The entity was not found in this Azure location");
  }
  if (vm.power !== "running")
    throw operationNotAllowed("The operation requires the VM to be running (or set to run).");
  if (!agentReady(call.world, vm))
    throw operationNotAllowed("The operation 'runCommand' requires the VM agent to be ready.");
  const input = { commandId: body.data.commandId, script: body.data.script ?? [] };
  return accepted(call, {
    kind: "virtualMachines.runCommand",
    family: "operations",
    location: vm.location,
    target: vm.id,
    input,
  });
}

export const vmRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines",
    operation: "virtualMachines.listAll",
    api: "compute",
    handle: (call) => list(call),
  },
  {
    method: "GET",
    pattern:
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines",
    operation: "virtualMachines.list",
    api: "compute",
    handle: (call) => list(call, param(call, "group")),
  },
  {
    method: "GET",
    pattern: one,
    operation: "virtualMachines.get",
    api: "compute",
    handle: (call) => ({ status: 200, body: vmBody(call.world.state, vmOf(call), expandOf(call.query)) }),
  },
  {
    method: "GET",
    pattern: `${one}/instanceView`,
    operation: "virtualMachines.instanceView",
    api: "compute",
    handle: (call) => ({ status: 200, body: instanceView(vmOf(call)) }),
  },
  {
    method: "PATCH",
    pattern: one,
    operation: "virtualMachines.update",
    api: "compute",
    handle: async (call) => {
      const vm = vmOf(call);
      const body = patchBody.safeParse(call.body);
      if (!body.success) throw invalidParameter("The value of parameter 'tags' is invalid.");
      if (body.data.tags) vm.tags = body.data.tags;
      await call.world.store.flush();
      return { status: 200, body: vmBody(call.world.state, vm) };
    },
  },
  { method: "DELETE", pattern: one, operation: "virtualMachines.delete", api: "compute", handle: remove },
  power("start", "running"),
  power("powerOff", "stopped"),
  power("deallocate", "deallocated"),
  power("restart", "running"),
  {
    method: "POST",
    pattern: `${one}/runCommand`,
    operation: "virtualMachines.runCommand",
    api: "compute",
    handle: runCommand,
  },
];

export function registerVmWork(world: World): void {
  const find = (id: string): Vm | undefined => world.state.vms[keyOf(id)];
  world.operations.register(
    "virtualMachines.power",
    async (operation) => {
      const vm = find(operation.target);
      const wanted = z.enum(["running", "stopped", "deallocated"]).parse(operation.input["power"]);
      if (vm) Object.assign(vm, { power: wanted, provisioningState: "Succeeded" } satisfies Partial<Vm>);
      return undefined;
    },
    (operation) => {
      const vm = find(operation.target);
      if (vm) vm.provisioningState = "Failed";
    },
  );
  world.operations.register("virtualMachines.delete", async (operation) => {
    const vm = find(operation.target);
    if (!vm) return undefined;
    delete world.state.vms[keyOf(vm.id)];
    for (const attached of [vm.osDisk, ...vm.dataDisks]) {
      const disk = world.state.disks[keyOf(attached.diskId)];
      if (attached.deleteOption === "Delete") delete world.state.disks[keyOf(attached.diskId)];
      else if (disk) delete disk.managedBy;
    }
    await world.store.flush();
    await world.layers.collect();
    return undefined;
  });
  world.operations.register("virtualMachines.runCommand", async (operation) => {
    const vm = find(operation.target);
    if (!vm) return undefined;
    const script = z.array(z.string()).parse(operation.input["script"]).join("\n");
    const { stdout, stderr } = runScript(vm.guest, script);
    const part = (name: string, message: string): object => ({
      code: `ComponentStatus/${name}/succeeded`,
      level: "Info",
      displayStatus: "Provisioning succeeded",
      // Azure gives the last 4,096 bytes.
      message: Buffer.from(message).subarray(-4096).toString("utf8"),
    });
    return z.json().parse({ value: [part("StdOut", stdout), part("StdErr", stderr)] });
  });
}
