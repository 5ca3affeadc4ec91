import { z } from "zod";
import { agentError, agentReady, provision } from "../guest/extensions.ts";
import type { Vm, VmExtension } from "../state/model.ts";
import type { World } from "../world.ts";
import { invalidParameter, operationNotAllowed, resourceNotFound } from "./errors.ts";
import { keyOf } from "./ids.ts";
import { accepted, beginOperation, operationHeaders } from "./long-running.ts";
import { vmOf } from "./resource-types.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";
import { expandOf, extensionBody } from "./vm-body.ts";

const all =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{vm}/extensions";
const one = `${all}/{extension}`;

const putBody = z.object({
  properties: z.object({
    publisher: z.string(),
    type: z.string(),
    typeHandlerVersion: z.string().default("1.0"),
    autoUpgradeMinorVersion: z.boolean().default(true),
    settings: z.record(z.string(), z.json()).optional(),
  }),
});

function extensionOf(call: ArmCall): { vm: Vm; extension: VmExtension } {
  const vm = vmOf(call);
  const name = param(call, "extension");
  const extension = vm.extensions[name.toLowerCase()];
  if (!extension)
    throw resourceNotFound(
      "Microsoft.Compute/virtualMachines/extensions",
      `${vm.name}/${name}`,
      param(call, "group"),
    );
  return { vm, extension };
}

async function put(call: ArmCall): Promise<ArmReply> {
  const vm = vmOf(call);
  const name = param(call, "extension");
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidParameter("Required parameters 'publisher' and 'type' of the extension are needed.");
  if (vm.power !== "running")
    throw operationNotAllowed("Cannot modify extensions in the VM when the VM is not running.");
  const { publisher, type } = body.data.properties;
  const twin = Object.values(vm.extensions).find(
    (other) =>
      other.publisher === publisher && other.type === type && other.name.toLowerCase() !== name.toLowerCase(),
  );
  if (twin) {
    throw invalidParameter(
      `Multiple VMExtensions per handler not supported for OS type '${vm.osType}'. VMExtension '${twin.name}' with handler '${publisher}.${type}' already added or specified in input.`,
    );
  }
  const existed = vm.extensions[name.toLowerCase()] !== undefined;
  const extension: VmExtension = {
    name,
    publisher,
    type,
    typeHandlerVersion: body.data.properties.typeHandlerVersion,
    autoUpgradeMinorVersion: body.data.properties.autoUpgradeMinorVersion,
    ...(body.data.properties.settings ? { settings: body.data.properties.settings } : {}),
    provisioningState: existed ? "Updating" : "Creating",
    message: "",
  };
  vm.extensions[name.toLowerCase()] = extension;
  const operation = await beginOperation(call, {
    kind: "virtualMachineExtensions.createOrUpdate",
    family: "operations",
    location: vm.location,
    target: vm.id,
    input: { extension: name.toLowerCase() },
  });
  return {
    status: existed ? 200 : 201,
    body: extensionBody(vm, extension),
    headers: operationHeaders(call, operation, "without-location"),
  };
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const vm = vmOf(call);
  const name = param(call, "extension").toLowerCase();
  if (!vm.extensions[name]) return { status: 204 };
  if (vm.power !== "running")
    throw operationNotAllowed("Cannot modify extensions in the VM when the VM is not running.");
  return accepted(call, {
    kind: "virtualMachineExtensions.delete",
    family: "operations",
    location: vm.location,
    target: vm.id,
    input: { extension: name },
  });
}

const route = (
  request: { method: string; pattern: string },
  name: string,
  handle: ArmRoute["handle"],
): ArmRoute => ({
  ...request,
  operation: `virtualMachineExtensions.${name}`,
  api: "compute",
  handle,
});
const get = (pattern: string): { method: string; pattern: string } => ({ method: "GET", pattern });
const at = (method: string, pattern = one): { method: string; pattern: string } => ({ method, pattern });

export const extensionRoutes: ArmRoute[] = [
  route(get(all), "list", (call) => {
    const vm = vmOf(call);
    const expand = expandOf(call.query);
    return {
      status: 200,
      body: { value: Object.values(vm.extensions).map((extension) => extensionBody(vm, extension, expand)) },
    };
  }),
  route(get(one), "get", (call) => {
    const { vm, extension } = extensionOf(call);
    return { status: 200, body: extensionBody(vm, extension, expandOf(call.query)) };
  }),
  route(at("PUT"), "createOrUpdate", put),
  route(at("DELETE"), "delete", remove),
];

export function registerExtensionWork(world: World): void {
  const name = z.object({ extension: z.string() });
  world.operations.register(
    "virtualMachineExtensions.createOrUpdate",
    async (operation) => {
      const vm = world.state.vms[keyOf(operation.target)];
      const extension = vm?.extensions[name.parse(operation.input).extension];
      if (vm && extension && extension.provisioningState !== "Succeeded") provision(world, vm, extension);
      return undefined;
    },
    (operation) => {
      const vm = world.state.vms[keyOf(operation.target)];
      const extension = vm?.extensions[name.parse(operation.input).extension];
      if (extension) extension.provisioningState = "Failed";
    },
  );
  world.operations.register("virtualMachineExtensions.delete", async (operation) => {
    const vm = world.state.vms[keyOf(operation.target)];
    if (!vm) return undefined;
    if (!agentReady(world, vm)) throw agentError(vm);
    delete vm.extensions[name.parse(operation.input).extension];
    return undefined;
  });
}
