/**
 * Installs the snapshot extension on the first backup of a running VM, and when it is missing. On Windows the step then reads
 * what the installation changed in the guest and records it for the VM's owner.
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
import {
  type ErrorCode,
  errorInfo,
  isGuestFailure,
  isKluisError,
  KluisError,
  notice,
  toKluisError,
} from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { type BackupMemory, recall } from "../memory.ts";
import { requireVm } from "../require.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

export async function extension(context: Context): Promise<Result> {
  const { memory } = context;
  const { needsExtension, request, notice: lower } = recall(memory, "consistency");
  if (!needsExtension) return { kind: "skipped", notice: whyNotNeeded(memory) };
  if (request === "crash") {
    return { kind: "skipped", notice: lower ?? notice("extension-not-needed-crash", {}) };
  }
  if (memory.extensionReady === true) return readGuest(context);
  try {
    return await install(context);
  } catch (error) {
    return leaveToAzure(context, error);
  }
}

function whyNotNeeded(memory: BackupMemory) {
  return recall(memory, "vm").powerState === "running"
    ? notice("extension-not-needed-crash", {})
    : notice("extension-not-needed-stopped", {});
}

async function install(context: Context): Promise<Result> {
  const { deps, job, memory, signal } = context;
  const vm = requireVm(job);
  const details = await getVm(deps.azure, vm.resourceId, { signal });
  if (details === null) {
    throw new KluisError("VM_NOT_FOUND", {
      reason: "gone",
      message: `VM ${vm.name} no longer exists in Azure.`,
      params: { vm: vm.name },
    });
  }
  const wanted = snapshotExtension(details.osType);
  const present = details.extensions.find((one) => one.type.toLowerCase() === wanted.type.toLowerCase());
  const poll = await pollOrStart(context, details);
  if (poll.status === "running") {
    return waitForAzure(poll, notice("extension-installing", { extension: wanted.type }));
  }
  const isNew = present === undefined || memory.operation?.kind === "extension";
  const { type, version } = poll.result;
  return {
    kind: "again",
    memory: { operation: undefined, extensionReady: true },
    save: async (tx) => {
      await setExtensionReady(tx, vm.id, deps.clock.now());
    },
    events: isNew
      ? [
          {
            kind: "extension.installed",
            target: { type: "vm", id: vm.id, name: details.name },
            data: { extension: type, version },
          },
        ]
      : [],
  };
}

function pollOrStart({ deps, memory, signal }: Context, details: VmDetails): Promise<Poll<ExtensionState>> {
  return memory.operation?.kind === "extension"
    ? pollExtension(deps.azure, memory.operation, { signal })
    : startExtension(deps.azure, details, { signal });
}

/** Errors that concern every request of the job, and not the extension. */
const OF_THE_JOB: ReadonlySet<ErrorCode> = new Set([
  "AZURE_THROTTLED",
  "AZURE_UNREACHABLE",
  "AZURE_AUTH_FAILED",
  "AZURE_SUBSCRIPTION_UNUSABLE",
  "CONNECTION_UNUSABLE",
  "VM_NOT_FOUND",
  "CANCELLED",
]);

/**
 * Continues without the extension: installing it beforehand only makes the first snapshot shorter, because Azure installs it when
 * a restore point with the guest is requested. Whether the guest takes part is decided then.
 * @throws the error itself when it concerns more than the extension
 */
function leaveToAzure({ signal }: Context, error: unknown): Result {
  if (signal.aborted || !(error instanceof KluisError) || !isOfExtension(error)) throw error;
  return {
    kind: "skipped",
    notice: notice("extension-left-to-azure", { azureMessage: azureMessageOf(error) }),
    memory: { operation: undefined },
  };
}

function isOfExtension(error: KluisError): boolean {
  if (OF_THE_JOB.has(error.code)) return false;
  return error.code.startsWith("AZURE_") || isGuestFailure(error);
}

/** Reads the guest of a Windows VM once per protection. */
async function readGuest(context: Context): Promise<Result> {
  const { deps, job, memory } = context;
  const vm = requireVm(job);
  const { os } = recall(memory, "vm");
  const done: Result = {
    kind: "done",
    notice: notice("extension-installed", { extension: snapshotExtension(os).type }),
    memory: { operation: undefined },
  };
  const protection = await getProtection(deps.db.prisma, vm.id);
  if (os !== "windows" || protection === null || protection.guestChanges !== null) return done;
  try {
    const poll = await pollOrStartReading(context);
    if (poll.status === "running") return waitForAzure(poll, notice("guest-reading", {}));
    const changes = { ...poll.result, checkedAt: deps.clock.now().toISOString() };
    return {
      ...done,
      detail: { guest: changes },
      save: (tx) => setGuestChanges(tx, vm.id, changes),
      events: [{ kind: "guest.changed", target: { type: "vm", id: vm.id, name: vm.name }, data: changes }],
    };
  } catch (error) {
    // A backup without this information is better than none: the job gets a warning, and the next backup tries again.
    if (context.signal.aborted || isKluisError(error, "AZURE_THROTTLED")) throw error;
    const warning = errorInfo(toKluisError(error));
    return { ...done, save: (tx) => addWarning(tx, job.id, warning) };
  }
}

function pollOrStartReading({ deps, memory, signal }: Context): Promise<Poll<WindowsGuestFacts>> {
  return memory.operation?.kind === "run-command"
    ? pollGuestFacts(deps.azure, memory.operation, { signal })
    : startGuestFacts(deps.azure, recall(memory, "vm").id, { signal });
}
