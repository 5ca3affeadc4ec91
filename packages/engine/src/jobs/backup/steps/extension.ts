/**
 * The snapshot extension: installed on the first backup of a running VM, or when it is missing. On Windows the guest is then
 * asked what changed in it, which is recorded for its owner.
 */
import {
  type ExtensionState,
  getVm,
  type Poll,
  pollExtension,
  pollGuestFacts,
  snapshotExtension,
  startExtension,
  startGuestFacts,
  type VmDetails,
  type WindowsGuestFacts,
} from "@kluis/azure";
import { addWarning, getProtection, setExtensionReady, setGuestChanges } from "@kluis/db";
import { errorInfo, isKluisError, KluisError, toKluisError } from "@kluis/domain";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type BackupMemory, recall } from "../memory.ts";
import { requirePolicy, requireVm } from "../require.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

export async function extension(context: Context): Promise<Result> {
  const { memory } = context;
  const { needsExtension, request, reason } = recall(memory, "consistency");
  if (!needsExtension) return { kind: "skipped", message: whyNone(memory) };
  if (request === "crash")
    return { kind: "skipped", message: `${reason ?? ""} A crash-consistent snapshot is taken.`.trim() };
  if (memory.extensionReady === true) return readGuest(context);
  try {
    return await install(context);
  } catch (error) {
    if (isKluisError(error, "EXTENSION_FAILED") || isKluisError(error, "AGENT_NOT_READY")) {
      return withoutAgent(context, error.message);
    }
    throw error;
  }
}

function whyNone(memory: BackupMemory): string {
  return recall(memory, "vm").powerState === "running"
    ? "The policy wants crash-consistent snapshots, which need no extension."
    : "The VM is not running, so no extension is installed.";
}

async function install(context: Context): Promise<Result> {
  const { deps, job, memory, signal } = context;
  const details = await getVm(deps.azure, requireVm(job).resourceId, { signal });
  if (details === null) {
    throw new KluisError("VM_NOT_FOUND", {
      reason: "gone",
      message: "The virtual machine is no longer in Azure.",
      params: { vm: requireVm(context.job).name },
    });
  }
  const wanted = snapshotExtension(details.osType);
  const present = details.extensions.find((one) => one.type.toLowerCase() === wanted.type.toLowerCase());
  const poll = await lookAtExtension(context, details);
  if (poll.status === "running") {
    return {
      kind: "wait",
      afterMs: poll.retryAfterMs,
      message: `Azure installs ${wanted.type} in the VM.`,
      memory: { operation: poll.operation },
    };
  }
  const fresh = present === undefined || memory.operation?.kind === "extension";
  return {
    kind: "again",
    memory: { operation: undefined, extensionReady: true },
    save: async (tx) => {
      await setExtensionReady(tx, requireVm(job).id, deps.clock.now());
    },
    events: fresh
      ? [
          {
            kind: "extension.installed",
            target: { type: "vm", id: requireVm(job).id, name: details.name },
            data: { extension: poll.result.type, version: poll.result.version },
          },
        ]
      : [],
  };
}

function lookAtExtension(
  { deps, memory, signal }: Context,
  details: VmDetails,
): Promise<Poll<ExtensionState>> {
  return memory.operation?.kind === "extension"
    ? pollExtension(deps.azure, memory.operation, { signal })
    : startExtension(deps.azure, details, { signal });
}

/** The agent or the extension is not to be had: the policy says whether a crash-consistent snapshot will do. */
function withoutAgent({ job, memory }: Context, reason: string): Result {
  const plan = recall(memory, "consistency");
  if (requirePolicy(job).document.consistency.otherwise === "fail") {
    const error = new KluisError("AGENT_NOT_READY", {
      message: `No ${plan.wanted}-consistent snapshot can be taken. ${reason}`,
      action: "Check the guest agent of the VM, or let the policy continue with the next lower level.",
    });
    return { kind: "fail", error };
  }
  return {
    kind: "skipped",
    message: `${reason} A crash-consistent snapshot is taken instead.`,
    memory: { operation: undefined, consistency: { ...plan, request: "crash", reason } },
    save: (tx) =>
      addWarning(
        tx,
        job.id,
        errorInfo(
          new KluisError("AGENT_NOT_READY", { message: `${reason} The snapshot is crash-consistent only.` }),
        ),
      ),
  };
}

/** What protection changes in a Windows guest (product: Visual C++ 2013, VSS start type, IaaSVmProvider). Once per protection. */
async function readGuest(context: Context): Promise<Result> {
  const { deps, job, memory } = context;
  const vm = requireVm(job);
  const done: Result = {
    kind: "done",
    message: `${snapshotExtension(recall(memory, "vm").os).type} is installed in the VM.`,
  };
  const protection = await getProtection(deps.db.prisma, vm.id);
  if (recall(memory, "vm").os !== "windows" || protection === null || protection.guestChanges !== null) {
    return { ...done, memory: { operation: undefined } };
  }
  try {
    const poll = await lookAtGuest(context);
    if (poll.status === "running") {
      const message = "The guest is asked what changed in it.";
      return { kind: "wait", afterMs: poll.retryAfterMs, message, memory: { operation: poll.operation } };
    }
    const changes = { ...poll.result, checkedAt: deps.clock.now().toISOString() };
    return {
      ...done,
      detail: { guest: changes },
      memory: { operation: undefined },
      save: (tx) => setGuestChanges(tx, vm.id, changes),
      events: [{ kind: "guest.changed", target: { type: "vm", id: vm.id, name: vm.name }, data: changes }],
    };
  } catch (error) {
    // Not knowing what changed in the guest is no reason to have no backup: said on the job, tried again at the next one.
    if (context.signal.aborted || isKluisError(error, "AZURE_THROTTLED")) throw error;
    const warning = errorInfo(toKluisError(error));
    return { ...done, memory: { operation: undefined }, save: (tx) => addWarning(tx, job.id, warning) };
  }
}

function lookAtGuest({ deps, memory, signal }: Context): Promise<Poll<WindowsGuestFacts>> {
  return memory.operation?.kind === "run-command"
    ? pollGuestFacts(deps.azure, memory.operation, { signal })
    : startGuestFacts(deps.azure, recall(memory, "vm").id, { signal });
}
