/** Extensions inside the guest: the agent that installs them, and the snapshot extension. */
import { ArmError } from "../arm/errors.ts";
import type { Vm, VmExtension } from "../state/model.ts";
import type { World } from "../world.ts";
import { installVmSnapshot } from "./consistency.ts";
import { entriesOf, resolveVersion } from "./extension-catalog.ts";

const PUBLISHER = "Microsoft.Azure.RecoveryServices";

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

/** How the guest lets an extension end, if not well. */
export function extensionOutcome(
  vm: Vm,
  { name, type }: Pick<VmExtension, "name" | "type">,
): "fails" | "hangs" | undefined {
  const outcomes = vm.guest.extensionOutcomes;
  return outcomes[name.toLowerCase()] ?? outcomes[type.toLowerCase()];
}

/** Provisions an extension. It ends as Succeeded, or as Failed with an ArmError. */
export function provision(world: World, vm: Vm, extension: VmExtension): void {
  if (!agentReady(world, vm)) fail(extension, agentError(vm));
  const fault = world.faults.take({
    operation: "guest.extension",
    path: `${vm.id}/extensions/${extension.name}`,
  });
  // Suppressed failures are those of the handler, not those of the agent.
  if (fault || (extensionOutcome(vm, extension) === "fails" && extension.suppressFailures !== true)) {
    const { report, sentence } = handlerFailure(vm, extension);
    const message = fault?.type === "fail" ? fault.message : sentence;
    const error = new ArmError({ status: 409, code: "VMExtensionProvisioningError" }, message);
    fail(extension, error, fault?.type === "fail" ? fault.message : report);
  }
  if (extension.publisher.toLowerCase() === PUBLISHER.toLowerCase()) installSnapshotHandler(vm, extension);
  extension.provisioningState = "Succeeded";
  extension.message = successOf[extension.type.toLowerCase()] ?? "Plugin enabled";
  if (extension.type === "CustomScriptExtension")
    extension.substatuses = ["StdOut", "StdErr"].map((stream) => ({
      code: `ComponentStatus/${stream}/succeeded`,
      displayStatus: "Provisioning succeeded",
      message: "",
    }));
}

function installSnapshotHandler(vm: Vm, extension: VmExtension): void {
  if (extension.type === "VMSnapshot" && vm.guest.windows) installVmSnapshot(vm.guest.windows);
}

/** What handlers report when they end well. Recorded in azure-cli test_vm_extension and test_vm_run_command_e2e. */
const successOf: Readonly<Record<string, string>> = {
  vmaccessforlinux: "Enable succeeded.",
  customscript: "Enable succeeded: \n[stdout]\n\n[stderr]\n",
  customscriptextension: "Finished executing command",
};

/**
 * What a handler reports when it fails, and how Compute words it
 * (kubernetes-sigs/cluster-api-provider-azure#5367).
 */
function handlerFailure(
  { osType }: Vm,
  { name, publisher, type }: VmExtension,
): { report: string; sentence: string } {
  const report =
    osType === "Linux"
      ? "Enable failed: failed to execute command: command terminated with exit status=1\n[stdout]\n\n[stderr]\n"
      : "Command execution finished, but failed because it returned a non-zero exit code of: '1'";
  const page = type.toLowerCase().startsWith("customscript")
    ? `VMExtensionCSE${osType}Troubleshoot`
    : `vmextension${osType.toLowerCase()}troubleshoot`;
  return {
    report,
    sentence: `VM has reported a failure when processing extension '${name}' (publisher '${publisher}' and type '${type}'). Error message: '${report}'. More information on troubleshooting is available at https://aka.ms/${page}. `,
  };
}

/** Ends an extension as failed; its status has the handler's report. */
function fail(extension: VmExtension, error: ArmError, report = error.message): never {
  extension.provisioningState = "Failed";
  extension.message = report;
  throw error;
}

/** Installs the snapshot extension if missing, as Compute does at the first restore point. */
export function ensureSnapshotExtension(world: World, vm: Vm): void {
  const type = vm.osType === "Windows" ? "VMSnapshot" : "VMSnapshotLinux";
  const present = Object.values(vm.extensions).find(
    (extension) => extension.publisher === PUBLISHER && extension.type === type,
  );
  if (present?.provisioningState === "Succeeded") return;
  const [entry] = entriesOf(PUBLISHER, type);
  const extension: VmExtension = present ?? {
    name: type,
    publisher: PUBLISHER,
    type,
    typeHandlerVersion: "1.0",
    installedVersion: entry && resolveVersion(entry, "1.0", true),
    autoUpgradeMinorVersion: true,
    provisioningState: "Creating",
    message: "",
  };
  vm.extensions[extension.name.toLowerCase()] = extension;
  provision(world, vm, extension);
}
