/** Refusals of calls that change a VM, in Azure's words. */
import type { Vm } from "../../state/model.ts";
import { ArmError, conflict, operationNotAllowed } from "../errors.ts";

/** 400 `InvalidParameter` that names the parameter. */
export function invalidTarget(target: string, message: string): ArmError {
  return new ArmError({ status: 400, code: "InvalidParameter" }, message, { target });
}

/** 501 for what Azure does and the local Azure does not (README). Clients do not retry it. */
export function notHere(what: string): ArmError {
  return new ArmError({ status: 501, code: "NotImplemented" }, `The local Azure does not ${what}.`);
}

/** 409 for a change that needs a VM without a host. */
export function needsDeallocation(vm: Vm, operation: string): ArmError {
  return operationNotAllowed(
    `Operation '${operation}' is not allowed on VM '${vm.name}' since the VM is not deallocated.`,
  );
}

/** Refuses a change while another operation works on the VM. @throws ArmError 409 */
export function refuseBusy(vm: Vm, operation = "update"): void {
  if (vm.provisioningState === "Deleting")
    throw operationNotAllowed(
      `Operation '${operation}' is not allowed on VM '${vm.name}' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).`,
    );
  if (vm.powering !== undefined)
    throw operationNotAllowed(
      `An ongoing operation is changing power state of Virtual Machine ${vm.name} to ${powerGoals[vm.powering]}. Please perform operation ${operation} after some time.`,
    );
  if (vm.provisioningState === "Updating" || vm.provisioningState === "Creating")
    throw conflict(
      "The request failed due to conflict with a concurrent request. To resolve it, please refer to https://aka.ms/activitylog to get more details on the conflicting requests.",
    );
}

const powerGoals: Record<NonNullable<Vm["powering"]>, string> = {
  starting: "running",
  stopping: "stopped",
  deallocating: "deallocated",
};
