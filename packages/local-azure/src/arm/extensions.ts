/** VM extensions: installed into and removed from the guest of a running VM. */
import { z } from "zod";
import { agentError, agentReady, provision } from "../guest/extensions.ts";
import type { Operation, Vm, VmExtension } from "../state/model.ts";
import type { World } from "../world.ts";
import { invalidParameter, operationNotAllowed, resourceNotFound } from "./errors.ts";
import { extensionBody } from "./extension-body.ts";
import { keyOf } from "./ids.ts";
import { accepted, started } from "./long-running.ts";
import type { ArmPart } from "./part.ts";
import { resourceOf, vmType } from "./resource-types.ts";
import { type ArmCall, type ArmReply, computeInGroup, expandOf, param, routes } from "./router.ts";

const all = `${computeInGroup}/virtualMachines/{vm}/extensions`;
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

/** The VM of a call and the key of its extension: the name in lower case. */
function placeOf(call: ArmCall): { vm: Vm; key: string } {
  return { vm: resourceOf(call, vmType), key: param(call, "extension").toLowerCase() };
}

function list(call: ArmCall): ArmReply {
  const vm = resourceOf(call, vmType);
  const expand = expandOf(call);
  const value = Object.values(vm.extensions).map((extension) => extensionBody(vm, extension, expand));
  return { status: 200, body: { value } };
}

function get(call: ArmCall): ArmReply {
  const { vm, key } = placeOf(call);
  const extension = vm.extensions[key];
  if (extension) return { status: 200, body: extensionBody(vm, extension, expandOf(call)) };
  throw resourceNotFound(
    "Microsoft.Compute/virtualMachines/extensions",
    `${vm.name}/${param(call, "extension")}`,
    param(call, "group"),
  );
}

function refuseStopped(vm: Vm): void {
  if (vm.power !== "running")
    throw operationNotAllowed("Cannot modify extensions in the VM when the VM is not running.");
}

async function put(call: ArmCall): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidParameter("Required parameters 'publisher' and 'type' of the extension are needed.");
  refuseStopped(vm);
  const { publisher, type, typeHandlerVersion, autoUpgradeMinorVersion, settings } = body.data.properties;
  const twin = Object.values(vm.extensions).find(
    (other) => other.publisher === publisher && other.type === type && other.name.toLowerCase() !== key,
  );
  if (twin) {
    throw invalidParameter(
      `Multiple VMExtensions per handler not supported for OS type '${vm.osType}'. VMExtension '${twin.name}' with handler '${publisher}.${type}' already added or specified in input.`,
    );
  }
  const existed = vm.extensions[key] !== undefined;
  const extension: VmExtension = {
    name: param(call, "extension"),
    publisher,
    type,
    typeHandlerVersion,
    autoUpgradeMinorVersion,
    ...(settings ? { settings } : {}),
    provisioningState: existed ? "Updating" : "Creating",
    message: "",
  };
  vm.extensions[key] = extension;
  return started(
    call,
    {
      kind: "virtualMachineExtensions.createOrUpdate",
      family: vmType.family,
      on: vm,
      input: { extension: key },
    },
    { status: existed ? 200 : 201, body: extensionBody(vm, extension) },
  );
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  if (!vm.extensions[key]) return { status: 204 };
  refuseStopped(vm);
  return accepted(call, {
    kind: "virtualMachineExtensions.delete",
    family: vmType.family,
    on: vm,
    input: { extension: key },
  });
}

const workInput = z.object({ extension: z.string() });

function targetOf(
  world: World,
  operation: Operation,
): { vm: Vm | undefined; key: string; extension: VmExtension | undefined } {
  const vm = world.state.vms[keyOf(operation.target)];
  const key = workInput.parse(operation.input).extension;
  return { vm, key, extension: vm?.extensions[key] };
}

export const extensions: ArmPart = {
  routes: routes(
    { name: "virtualMachineExtensions", api: "compute" },
    {
      list: ["GET", all, list],
      get: ["GET", one, get],
      createOrUpdate: ["PUT", one, put],
      delete: ["DELETE", one, remove],
    },
  ),
  work: {
    "virtualMachineExtensions.createOrUpdate": {
      run: async (world, operation) => {
        const { vm, extension } = targetOf(world, operation);
        if (vm && extension && extension.provisioningState !== "Succeeded") provision(world, vm, extension);
        return undefined;
      },
      failed: (world, operation) => {
        const { extension } = targetOf(world, operation);
        if (extension) extension.provisioningState = "Failed";
      },
    },
    "virtualMachineExtensions.delete": {
      run: async (world, operation) => {
        const { vm, key } = targetOf(world, operation);
        if (!vm) return undefined;
        if (!agentReady(world, vm)) throw agentError(vm);
        delete vm.extensions[key];
        return undefined;
      },
    },
  },
};
