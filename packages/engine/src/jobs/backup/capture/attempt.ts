/** A try of the snapshot: begun with a fresh look at the VM, and remembered when it fails. */
import { diskSnapshotId, restorePointIds } from "@kluis/azure";
import { addWarning, type PlannedResource, planResource, type Tx, wantRemoved } from "@kluis/db";
import {
  chooseRung,
  errorInfo,
  KluisError,
  notice,
  rungFailureOf,
  rungNotice,
  snapshotKinds,
  storedError,
} from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { recall } from "../../../job/recall.ts";
import { inJob } from "../../../job/record.ts";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";
import { diskSnapshotRequests, restorePointRequest } from "../snapshot-requests.ts";
import { cannotBackUp } from "./cannot-back-up.ts";
import { saveJobDisks } from "./job-disks.ts";
import { observe } from "./observe.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** Looks at the VM again, chooses the rung, and records the resources that the try will create before it calls Azure. */
export async function beginAttempt(context: Context): Promise<Result> {
  const { job } = context;
  const seen = await observe(context);
  if (seen instanceof KluisError) return cannotBackUp(context, seen);
  const memory = { ...context.memory, ...seen.memory };
  const planned = plannedBy({ ...context, memory });
  const at = await inJob(context, async (tx, now) => {
    for (const resource of planned) await planResource(tx, resource, now);
    return now;
  });
  return {
    kind: "again",
    memory: { ...seen.memory, snapshotStartedAt: at.toISOString(), ...unbegun },
    save: async (tx) => {
      await saveJobDisks(tx, job.id, seen.chosen);
      await warnOfLower(tx, context, memory);
    },
  };
}

/** What a try begins without. */
const unbegun = { operation: undefined, diskOperations: undefined, seenAfter: undefined } as const;

/** What the try will create in Azure. */
function plannedBy(context: Context): PlannedResource[] {
  const { job, memory } = context;
  const shared = { jobId: job.id, vmId: requireVm(job).id };
  if (recall(memory, "consistency").request === "disks") {
    const ids = diskSnapshotRequests(context).map(diskSnapshotId);
    return ids.map((id) => ({ ...shared, kind: "snapshot", resourceId: id.toLowerCase() }));
  }
  const { collectionId, restorePointId } = restorePointIds(restorePointRequest(context));
  return [
    { ...shared, kind: "restore-point-collection", resourceId: collectionId.toLowerCase() },
    { ...shared, kind: "restore-point", resourceId: restorePointId.toLowerCase() },
  ];
}

/** Tells the owner why the guest of a running VM is no longer asked. */
async function warnOfLower(tx: Tx, { job }: Context, memory: BackupMemory): Promise<void> {
  const { lastFailure, attempts = [] } = memory;
  const { request, wanted, notice: lower } = recall(memory, "consistency");
  if (lastFailure === undefined || lower === null || attempts.at(-1)?.request === request) return;
  const cause = storedError(lastFailure);
  const warning = new KluisError("AGENT_NOT_READY", {
    reason: "crash-only",
    message: `${cause.message} Only a crash-consistent snapshot is possible.`,
    action: "Check the guest agent of the VM.",
    params: { ...cause.params, vm: requireVm(job).name, wanted, cause: cause.code },
  });
  await addWarning(tx, job.id, errorInfo(warning));
}

/**
 * Remembers a failed try. The next run looks at the VM again and decides by it.
 * @throws the error itself when it concerns neither guest nor snapshot: the job retries as for any other step
 */
export function failAttempt({ deps, job, memory, signal }: Context, error: unknown): Result {
  const { request } = recall(memory, "consistency");
  const failure = rungFailureOf(error, request);
  if (failure === null || signal.aborted || !(error instanceof KluisError)) throw error;
  const azureMessage = azureMessageOf(error);
  const at = deps.clock.now().toISOString();
  const attempt = { request, failure, notice: rungNotice({ request, failure }, azureMessage), at };
  const attempts = [...(memory.attempts ?? []), attempt];
  return {
    kind: "wait",
    afterMs: Math.max(SHORTEST_PAUSE_MS, pauseAfter({ job, memory }, attempts)),
    notice: notice("snapshot-trying-again", { azureMessage }),
    memory: { attempts, lastFailure: errorInfo(error), snapshotStartedAt: undefined, ...unbegun },
    // The next try takes its snapshots under other names. What this one left may be locked: it does not wait for the removal.
    save: async (tx, now) => {
      await wantRemoved(tx, { where: { jobId: job.id }, kinds: snapshotKinds, reason: "replaced", at: now });
    },
  };
}

/** Lets listeners see the failure before the next try. */
const SHORTEST_PAUSE_MS = 250;

/** The pause of the ladder, for the VM as it was seen last. */
function pauseAfter(
  { job, memory }: Pick<Context, "job" | "memory">,
  attempts: NonNullable<BackupMemory["attempts"]>,
): number {
  const { os: osType, powerState, agentState } = recall(memory, "vm");
  const { canCrash, canSnapshotDisks } = recall(memory, "consistency");
  const seen = { osType, powerState, agentState, canCrash, canSnapshotDisks };
  const choice = chooseRung(seen, requirePolicy(job).document.consistency, attempts);
  return choice.kind === "try" ? choice.afterMs : 0;
}
