/**
 * Prepares the guest of a running VM: reads a Windows guest before anything changes in it, sets its VSS backup type, places or checks
 * the scripts of a Linux guest, and installs the snapshot extension when it is missing.
 */
import {
  type ExtensionState,
  getVm,
  type Poll,
  pollExtension,
  snapshotExtension,
  startExtension,
  type VmDetails,
} from "@kluis/azure";
import { setExtensionReady } from "@kluis/db";
import { type ErrorCode, isGuestFailure, KluisError, notice } from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { recall } from "../../../job/recall.ts";
import { requireVm } from "../../../job/require.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { goneFromAzure } from "../capture/gone.ts";
import { prepareGuest } from "../capture/guest.ts";
import { prepareScripts } from "../capture/scripts.ts";
import type { BackupMemory } from "../memory.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

export async function extension(context: Context): Promise<Result> {
  const { memory } = context;
  const scripts = await prepareScripts(context);
  if (scripts !== null) return scripts;
  const { needsExtension, request, notice: lower } = recall(memory, "consistency");
  if (!needsExtension) return { kind: "skipped", notice: whyNotNeeded(memory) };
  if (request === "crash") {
    return { kind: "skipped", notice: lower ?? notice("extension-not-needed-crash", {}) };
  }
  const work = await prepareGuest(context);
  if (work !== null) return work;
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
  if (details === null) throw goneFromAzure(vm);
  const wanted = snapshotExtension(details.osType);
  const present = details.extensions.find((one) => one.type.toLowerCase() === wanted.type.toLowerCase());
  const poll = await pollOrStart(context, details);
  if (poll.status === "running") {
    return waitForAzure(poll, notice("extension-installing", { extension: wanted.type }));
  }
  const isNew = present === undefined || memory.operation?.kind === "extension";
  const { type, version } = poll.result;
  return {
    kind: "done",
    notice: notice("extension-installed", { extension: type }),
    memory: { operation: undefined },
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
