/** The guest of a Windows VM around its snapshot: facts before protection and after the first backup, and the VSS backup type. */
import {
  type Poll,
  pollGuestFacts,
  pollVssType,
  startGuestFacts,
  startVssType,
  type VssSetting,
  type VssType,
  type WindowsGuestFacts,
} from "@kluis/azure";
import { addWarning, changeGuestState, getProtection, knownError } from "@kluis/db";
import {
  errorInfo,
  factsAfter,
  type GuestState,
  isKluisError,
  KluisError,
  notice,
  readGuestState,
  rungNotice,
} from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { recall } from "../../../job/recall.ts";
import type { JobEvent } from "../../../job/record.ts";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** Work in the guest before its snapshot; null when nothing is left to do. */
export async function prepareGuest(context: Context): Promise<Result | null> {
  const { memory, job } = context;
  if (!asksWindows(memory)) return null;
  const state = await stateOf(context);
  const isNew = state !== null && state.before === undefined && factsAfter(state) === null;
  if (isNew && memory.guest?.before !== true) return readFacts(context, "before");
  const wanted = requirePolicy(job).document.consistency.vss;
  // A copy backup is confirmed each time: a full one in its place would truncate logs that another product needs.
  const sets = wanted === "copy" || state?.vss?.type === "copy";
  return sets && memory.guest?.vss !== true ? setVssType(context, wanted, state) : null;
}

/** Reads the guest once after its first snapshot; null when nothing is left to do. */
export async function readGuestAfter(context: Context): Promise<Result | null> {
  const { memory } = context;
  if (!asksWindows(memory) || memory.guest?.after === true) return null;
  const state = await stateOf(context);
  return state === null || factsAfter(state) !== null ? null : readFacts(context, "after");
}

function asksWindows(memory: BackupMemory): boolean {
  return recall(memory, "vm").os === "windows" && recall(memory, "consistency").request === "best";
}

async function stateOf({ deps, job }: Context): Promise<GuestState | null> {
  const protection = await getProtection(deps.db.prisma, requireVm(job).id);
  return protection === null ? null : readGuestState(protection.guestChanges);
}

const done = (memory: BackupMemory, part: "before" | "after" | "vss"): Result & { kind: "again" } => ({
  kind: "again",
  memory: { operation: undefined, guest: { ...memory.guest, [part]: true } },
});

/** An outage is not the guest's: the step retries. */
export function rethrowOutage({ signal }: Context, error: unknown): void {
  const isOutage = isKluisError(error, "AZURE_THROTTLED") || isKluisError(error, "AZURE_UNREACHABLE");
  if (signal.aborted || isOutage) throw error;
}

async function readFacts(context: Context, when: "before" | "after"): Promise<Result> {
  const { deps, job, memory } = context;
  const vm = requireVm(job);
  try {
    const poll = await pollOrRead(context);
    if (poll.status === "running") return waitForAzure(poll, notice("guest-reading", {}));
    const facts = { ...poll.result, checkedAt: deps.clock.now().toISOString() };
    const change = when === "before" ? { before: facts } : facts;
    return {
      ...done(memory, when),
      save: (tx) => changeGuestState(tx, vm.id, change),
      events: when === "before" ? [] : [guestChanged(context, facts)],
    };
  } catch (error) {
    // A backup without this information is better than none: the job gets a warning, and the next backup tries again.
    rethrowOutage(context, error);
    const warning = errorInfo(knownError(error));
    return { ...done(memory, when), save: (tx) => addWarning(tx, job.id, warning) };
  }
}

function guestChanged({ job }: Context, data: Readonly<Record<string, unknown>>): JobEvent {
  const vm = requireVm(job);
  return { kind: "guest.changed", target: { type: "vm", id: vm.id, name: vm.name }, data };
}

function pollOrRead({ deps, memory, signal }: Context): Promise<Poll<WindowsGuestFacts>> {
  return memory.operation?.kind === "run-command"
    ? pollGuestFacts(deps.azure, memory.operation, { signal })
    : startGuestFacts(deps.azure, recall(memory, "vm").id, { signal });
}

/** Sets the VSS backup type. A copy backup that the guest does not confirm closes the rung with the guest. */
async function setVssType(context: Context, type: VssType, state: GuestState | null): Promise<Result> {
  const { deps, job, memory } = context;
  try {
    const poll = await pollOrSet(context, type);
    if (poll.status === "running") return waitForAzure(poll, notice("guest-preparing", {}));
    if (poll.result.type !== type) throw notConfirmed(type, poll.result);
    const vss = { ...poll.result, checkedAt: deps.clock.now().toISOString() };
    return {
      ...done(memory, "vss"),
      save: (tx) => changeGuestState(tx, requireVm(job).id, { vss }),
      events: state?.vss?.type === type ? [] : [guestChanged(context, { vss })],
    };
  } catch (error) {
    rethrowOutage(context, error);
    return type === "copy" ? closeRung(context, knownError(error)) : warnOnly(context, error);
  }
}

function pollOrSet({ deps, memory, signal }: Context, type: VssType): Promise<Poll<VssSetting>> {
  return memory.operation?.kind === "run-command"
    ? pollVssType(deps.azure, memory.operation, { signal })
    : startVssType(deps.azure, { vmId: recall(memory, "vm").id, type }, { signal });
}

function notConfirmed(type: VssType, { found }: VssSetting): KluisError {
  return new KluisError("GUEST_FAILED", {
    reason: "reported",
    message: `The guest does not confirm the VSS backup type ${type}; its registry has ${found ?? "no value"}.`,
    action: "Check that run command works on the VM and may change its registry.",
    params: { azureMessage: `The registry has ${found ?? "no value"}.` },
  });
}

function closeRung({ deps, memory }: Context, error: KluisError): Result {
  const failed = {
    request: "best",
    failure: "vss-copy",
    notice: rungNotice({ request: "best", failure: "vss-copy" }, azureMessageOf(error)),
    at: deps.clock.now().toISOString(),
  } as const;
  const { memory: changes } = done(memory, "vss");
  const attempts = [...(memory.attempts ?? []), failed];
  return { kind: "again", memory: { ...changes, attempts, lastFailure: errorInfo(error) } };
}

function warnOnly({ job, memory }: Context, error: unknown): Result {
  const warning = errorInfo(knownError(error));
  return { ...done(memory, "vss"), save: (tx) => addWarning(tx, job.id, warning) };
}
