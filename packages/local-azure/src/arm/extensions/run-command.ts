/** Run command: one script at a time in a running VM, and the list of commands. */
import { z } from "zod";
import {
  commandDocumentBody,
  commandDocumentDetail,
  commandDocuments,
  findCommand,
} from "../../guest/command-documents.ts";
import { agentReady } from "../../guest/extensions.ts";
import { commandStatuses, runScript } from "../../guest/run-command.ts";
import type { Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { ArmError, conflict, invalidParameter, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { page } from "../lists.ts";
import { accepted } from "../operations/long-running.ts";
import type { ArmPart, Work } from "../part.ts";
import { resourceOf, vmType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, computeInSubscription, param, routes } from "../router.ts";

const KIND = "virtualMachines.runCommand";
const parametersSchema = z.array(z.object({ name: z.string(), value: z.string() }));
const commandBody = z.object({
  commandId: z.string(),
  script: z.array(z.string()).optional(),
  parameters: parametersSchema.optional(),
});

/** Answers POST …/runCommand. */
export async function runCommand(call: ArmCall): Promise<ArmReply> {
  const vm = resourceOf(call, vmType);
  const body = commandBody.safeParse(call.body);
  if (!body.success) throw invalidParameter("Required parameter 'commandId' is missing (null).");
  const { commandId, script = [], parameters = [] } = body.data;
  const command = findCommand(commandId);
  if (!command) throw commandNotFound();
  if (command.osType !== vm.osType)
    throw new ArmError(
      { status: 400, code: "BadRequest" },
      `The command '${command.id}' is not supported on VM '${vm.name}' with OS type '${vm.osType}'.`,
    );
  if (vm.power !== "running")
    throw operationNotAllowed("The operation requires the VM to be running (or set to run).");
  if (!agentReady(call.world, vm))
    throw operationNotAllowed("The operation 'runCommand' requires the VM agent to be ready.");
  refuseSecond(call.world, vm);
  const input = { commandId: command.id, script, parameters };
  return accepted(call, { kind: KIND, family: vmType.family, on: vm, input });
}

/** Text: Azure/azure-cli#32305. */
function refuseSecond(world: World, vm: Vm): void {
  const runs = Object.values(world.state.operations).some(
    (operation) =>
      operation.kind === KIND &&
      keyOf(operation.target) === keyOf(vm.id) &&
      !world.operations.ended(operation),
  );
  if (runs)
    throw conflict(
      "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    );
}

function commandNotFound(): ArmError {
  return new ArmError({ status: 404, code: "NotFound" }, "The entity was not found in this Azure location.");
}

const work: Work = {
  run: async ({ state, clock }, { target, input }) => {
    const vm = state.vms[keyOf(target)];
    if (!vm) return undefined;
    const script = z.array(z.string()).parse(input["script"]).join("\n");
    const parameters = parametersSchema.parse(input["parameters"] ?? []);
    const result = runScript({ ...vm.guest, hostName: vm.computerName }, script, {
      parameters,
      now: clock.now(),
    });
    return z.json().parse({ value: commandStatuses(vm.guest, result) });
  },
};

const all = `${computeInSubscription}/locations/{location}/runCommands`;

export const runCommands: ArmPart = {
  routes: routes(
    { name: "virtualMachineRunCommands", api: "compute" },
    {
      list: ["GET", all, (call) => page(call, commandDocuments, commandDocumentBody)],
      get: [
        "GET",
        `${all}/{command}`,
        (call) => {
          const command = findCommand(param(call, "command"));
          if (!command) throw commandNotFound();
          return { status: 200, body: commandDocumentDetail(command) };
        },
      ],
    },
  ),
  work: { [KIND]: work },
};
