/** Managed run commands: scripts that are resources of a VM and keep their result. */
import type { VirtualMachineRunCommand } from "@azure/arm-compute";
import { z } from "zod";
import { isoTime } from "../../clock.ts";
import { findCommand } from "../../guest/command-documents.ts";
import { agentReady } from "../../guest/extensions.ts";
import { runScript, tail } from "../../guest/run-command.ts";
import { type Operation, tagsSchema, type Vm } from "../../state/model.ts";
import type { ManagedRunCommand } from "../../state/run-command-model.ts";
import type { World } from "../../world.ts";
import { parseBody } from "../body.ts";
import { ArmError, invalidParameter, operationNotAllowed, resourceNotFound } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { accepted, started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import { resourceOf, vmType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, computeInGroup, expandOf, param, routes } from "../router.ts";
import type { ArmResource } from "../wire.ts";

const all = `${computeInGroup}/virtualMachines/{vm}/runCommands`;
const one = `${all}/{runCommand}`;
/** The time-out of Azure where a request gives none: 90 minutes. */
const TIMEOUT_SECONDS = 5400;

const parameters = z.array(z.strictObject({ name: z.string(), value: z.string() }));
const identity = z.strictObject({ clientId: z.string().optional(), objectId: z.string().optional() });
const properties = z.strictObject({
  source: z
    .strictObject({
      script: z.string().optional(),
      scriptUri: z.string().optional(),
      commandId: z.string().optional(),
      scriptUriManagedIdentity: identity.optional(),
      scriptShell: z.string().optional(),
      galleryScriptReferenceId: z.string().optional(),
    })
    .optional(),
  parameters: parameters.optional(),
  protectedParameters: parameters.optional(),
  asyncExecution: z.boolean().optional(),
  runAsUser: z.string().optional(),
  runAsPassword: z.string().optional(),
  timeoutInSeconds: z.number().int().optional(),
  outputBlobUri: z.string().optional(),
  errorBlobUri: z.string().optional(),
  outputBlobManagedIdentity: identity.optional(),
  errorBlobManagedIdentity: identity.optional(),
  treatFailureAsDeploymentFailure: z.boolean().optional(),
  // Read-only: taken and ignored, as Azure does.
  provisioningState: z.unknown().optional(),
  instanceView: z.unknown().optional(),
});
const envelope = {
  id: z.unknown().optional(),
  name: z.unknown().optional(),
  type: z.unknown().optional(),
  tags: tagsSchema,
  properties: properties.optional(),
};
const putBody = z.strictObject({ ...envelope, location: z.string() });
const patchBody = z.strictObject({ ...envelope, location: z.string().optional() });

type Body = Omit<
  ArmResource<VirtualMachineRunCommand, "id" | "name" | "type" | "location" | "tags">,
  "properties"
> & { properties: object };

function instanceView({ result }: ManagedRunCommand): object {
  if (!result) return { executionState: "Running", executionMessage: "", exitCode: 0, output: "", error: "" };
  const { exitCode, output, error, startedAt, endedAt } = result;
  return {
    executionState: exitCode === 0 ? "Succeeded" : "Failed",
    executionMessage: exitCode === 0 ? "Execution completed" : "Execution failed",
    exitCode,
    output,
    error,
    startTime: isoTime(startedAt),
    endTime: isoTime(endedAt),
    statuses: [],
  };
}

function bodyOf(vm: Vm, command: ManagedRunCommand, expand: ReadonlySet<string> = new Set()): Body {
  const { name, tags, provisioningState } = command;
  return {
    id: `${vm.id}/runCommands/${name}`,
    name,
    type: "Microsoft.Compute/virtualMachines/runCommands",
    location: vm.location,
    ...(tags ? { tags } : {}),
    properties: {
      ...keptOf(command),
      provisioningState,
      ...(expand.has("instanceview") ? { instanceView: instanceView(command) } : {}),
    },
  };
}

/** The VM of a call and the key of its run command: the name in lower case. */
function placeOf(call: ArmCall): { vm: Vm; key: string } {
  return { vm: resourceOf(call, vmType), key: param(call, "runCommand").toLowerCase() };
}

function list(call: ArmCall): ArmReply {
  const vm = resourceOf(call, vmType);
  const value = Object.values(vm.runCommands ?? {}).map((command) => bodyOf(vm, command, expandOf(call)));
  return { status: 200, body: { value } };
}

function existingOf(call: ArmCall): ManagedRunCommand {
  const { vm, key } = placeOf(call);
  const found = vm.runCommands?.[key];
  if (found) return found;
  throw resourceNotFound(
    "Microsoft.Compute/virtualMachines/runCommands",
    `${vm.name}/${param(call, "runCommand")}`,
    param(call, "group"),
  );
}

function get(call: ArmCall): ArmReply {
  return { status: 200, body: bodyOf(placeOf(call).vm, existingOf(call), expandOf(call)) };
}

function put(call: ArmCall): Promise<ArmReply> {
  const body = parseBody(putBody, call.body, { parameter: "runCommand" });
  const source = body.properties?.source;
  if (source?.script === undefined && source?.scriptUri === undefined && source?.commandId === undefined)
    throw invalidParameter("Required parameter 'runCommand.properties.source' is missing (null).");
  return set(call, body);
}

function patch(call: ArmCall): Promise<ArmReply> {
  const existing = existingOf(call);
  const { tags = existing.tags, properties: given = {} } = parseBody(patchBody, call.body, {
    parameter: "runCommand",
  });
  return set(call, { tags, properties: { ...keptOf(existing), ...given } });
}

/** The properties that a PATCH keeps. */
function keptOf(command: ManagedRunCommand): z.infer<typeof properties> {
  const { source, parameters: given, asyncExecution, runAsUser, timeoutInSeconds } = command;
  const { treatFailureAsDeploymentFailure } = command;
  return {
    source,
    parameters: given,
    asyncExecution,
    runAsUser,
    timeoutInSeconds,
    treatFailureAsDeploymentFailure,
  };
}

interface Given {
  tags?: ManagedRunCommand["tags"];
  properties?: z.infer<typeof properties> | undefined;
}

function refuseUnready(world: World, vm: Vm): void {
  if (vm.power !== "running")
    throw operationNotAllowed("Cannot modify extensions in the VM when the VM is not running.");
  if (!agentReady(world, vm))
    throw operationNotAllowed("The operation 'runCommand' requires the VM agent to be ready.");
}

async function set(call: ArmCall, { tags, properties: given = {} }: Given): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  refuseUnready(call.world, vm);
  const { script, scriptUri, commandId } = given.source ?? {};
  if (commandId !== undefined && findCommand(commandId)?.osType !== vm.osType)
    throw invalidParameter(`The value '${commandId}' of parameter 'source.commandId' is invalid.`);
  const existing = vm.runCommands?.[key];
  const command: ManagedRunCommand = {
    name: existing?.name ?? param(call, "runCommand"),
    // A link may carry a signature: it is answered without its query.
    source: { script, commandId, scriptUri: scriptUri?.split("?")[0] },
    parameters: given.parameters,
    asyncExecution: given.asyncExecution ?? false,
    runAsUser: given.runAsUser,
    timeoutInSeconds: given.timeoutInSeconds ?? TIMEOUT_SECONDS,
    treatFailureAsDeploymentFailure: given.treatFailureAsDeploymentFailure ?? false,
    tags,
    provisioningState: existing ? "Updating" : "Creating",
  };
  vm.runCommands = { ...vm.runCommands, [key]: command };
  return started(
    call,
    { kind: "virtualMachineRunCommands.createOrUpdate", family: vmType.family, on: vm, input: { key } },
    { status: existing ? 200 : 201, body: bodyOf(vm, command) },
  );
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { vm, key } = placeOf(call);
  const command = vm.runCommands?.[key];
  if (!command) return { status: 204 };
  refuseUnready(call.world, vm);
  command.provisioningState = "Deleting";
  return accepted(call, {
    kind: "virtualMachineRunCommands.delete",
    family: vmType.family,
    on: vm,
    input: { key },
  });
}

const workInput = z.object({ key: z.string() });

function targetOf(
  { state }: World,
  { target, input }: Operation,
): { vm: Vm | undefined; key: string; command: ManagedRunCommand | undefined } {
  const vm = state.vms[keyOf(target)];
  const { key } = workInput.parse(input);
  return { vm, key, command: vm?.runCommands?.[key] };
}

const failed = (world: World, operation: Operation): void => {
  const { command } = targetOf(world, operation);
  if (command) command.provisioningState = "Failed";
};

function execute(world: World, vm: Vm, command: ManagedRunCommand): void {
  const now = world.clock.now();
  const { stdout, stderr, exitCode } = runScript(
    { ...vm.guest, hostName: vm.computerName },
    command.source.script ?? "",
    { parameters: command.parameters ?? [], now },
  );
  command.result = { exitCode, output: tail(stdout), error: tail(stderr), startedAt: now, endedAt: now };
  command.provisioningState = "Succeeded";
  if (exitCode !== 0 && command.treatFailureAsDeploymentFailure)
    throw new ArmError(
      { status: 409, code: "VMExtensionProvisioningError" },
      `VM has reported a failure when processing extension '${command.name}' (publisher 'Microsoft.CPlat.Core' and type 'RunCommandHandler${vm.osType}'). Error message: "Execution failed with exit code ${exitCode}.".`,
    );
}

export const managedRunCommands: ArmPart = {
  routes: routes(
    { name: "virtualMachineRunCommands", api: "compute" },
    {
      listByVirtualMachine: ["GET", all, list],
      getByVirtualMachine: ["GET", one, get],
      createOrUpdate: ["PUT", one, put],
      update: ["PATCH", one, patch],
      delete: ["DELETE", one, remove],
    },
  ),
  work: {
    "virtualMachineRunCommands.createOrUpdate": {
      run: async (world, operation) => {
        const { vm, command } = targetOf(world, operation);
        if (vm && command && !command.result) execute(world, vm, command);
        return undefined;
      },
      failed,
    },
    "virtualMachineRunCommands.delete": {
      run: async (world, operation) => {
        const { vm, key } = targetOf(world, operation);
        if (vm?.runCommands) delete vm.runCommands[key];
        return undefined;
      },
      failed,
    },
  },
};
