/** Extensions inside the guest: the agent that installs them, and the snapshot extension. */
import { ArmError } from "../arm/errors.ts";
import type { Vm, VmExtension } from "../state/model.ts";
import type { World } from "../world.ts";
import { installVmSnapshot } from "./consistency.ts";

const PUBLISHER = "Microsoft.Azure.RecoveryServices";

/** The snapshot extension for a VM's operating system. */
function snapshotExtensionOf(vm: Vm): { name: string; version: string } {
  return vm.osType === "Windows"
    ? { name: "VMSnapshot", version: "1.9" }
    : { name: "VMSnapshotLinux", version: "1.0" };
}

/** Whether the VM agent is ready; a fault `guest.agent` makes it not ready. */
export function agentReady(world: World, vm: Vm): boolean {
  const away = world.faults.take({ operation: "guest.agent", path: vm.id });
  return away === undefined && vm.guest.agent.status === "Ready";
}

export function agentError(vm: Vm): ArmError {
  return new ArmError(
    { status: 409, code: "VMAgentStatusCommunicationError" },
    `VM '${vm.name}' has not reported status for VM agent or extensions. Please verify the VM has a running VM agent, and can establish outbound connections to Azure storage.`,
  );
}

/** Provisions an extension. It ends as Succeeded, or as Failed with an ArmError. */
export function provision(world: World, vm: Vm, extension: VmExtension): void {
  const snapshotter = extension.publisher.toLowerCase() === PUBLISHER.toLowerCase();
  if (!agentReady(world, vm)) {
    fail(extension, agentError(vm));
  }
  const fault = world.faults.take({
    operation: "guest.extension",
    path: `${vm.id}/extensions/${extension.name}`,
  });
  if (fault) {
    const code = "VMExtensionProvisioningError";
    fail(
      extension,
      new ArmError(
        { status: 409, code },
        fault.type === "fail"
          ? fault.message
          : `VM has reported a failure when processing extension '${extension.name}'.`,
      ),
    );
  }
  if (snapshotter && extension.type === "VMSnapshot" && vm.guest.windows) installVmSnapshot(vm.guest.windows);
  extension.provisioningState = "Succeeded";
  extension.message = "Plugin enabled";
}

function fail(extension: VmExtension, error: ArmError): never {
  extension.provisioningState = "Failed";
  extension.message = error.message;
  throw error;
}

/** Installs the snapshot extension if missing, as Compute does at the first restore point. */
export function ensureSnapshotExtension(world: World, vm: Vm): void {
  const { name, version } = snapshotExtensionOf(vm);
  const present = Object.values(vm.extensions).find(
    (extension) => extension.publisher === PUBLISHER && extension.type === name,
  );
  if (present?.provisioningState === "Succeeded") return;
  const extension: VmExtension = present ?? {
    name,
    publisher: PUBLISHER,
    type: name,
    typeHandlerVersion: version,
    autoUpgradeMinorVersion: true,
    provisioningState: "Creating",
    message: "",
  };
  vm.extensions[extension.name.toLowerCase()] = extension;
  provision(world, vm, extension);
}
