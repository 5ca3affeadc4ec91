/** Pre and post scripts of a Linux guest: placed or checked before its snapshot, removed when no policy requests them any more. */
import {
  type GuestAnswer,
  type GuestScriptsWork,
  type Poll,
  pollGuestScripts,
  scriptFilesOf,
  startGuestScripts,
} from "@kluis/azure";
import { addWarning, changeGuestState, getProtection, knownError } from "@kluis/db";
import {
  errorInfo,
  findingNotice,
  isKluisError,
  judgeScriptFiles,
  KluisError,
  type LinuxScripts,
  notice,
  readGuestState,
  type ScriptState,
  type ScriptWork,
  scriptCheckDue,
  scriptWorkDue,
  stateAfterCheck,
  stateBeforePlacing,
  stateUnreachable,
} from "@kluis/domain";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { recall } from "../../../job/recall.ts";
import { requirePolicy, requireVm } from "../../../job/require.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";
import { rethrowOutage } from "./guest.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** The scripts that the policy requests for this VM. */
export function wantedScripts({ job, memory }: Pick<Context, "job" | "memory">): LinuxScripts | undefined {
  const { wanted, linuxScripts } = requirePolicy(job).document.consistency;
  return recall(memory, "vm").os === "linux" && wanted === "application" ? linuxScripts : undefined;
}

export async function scriptStateOf({ deps, job }: Context): Promise<ScriptState | undefined> {
  const protection = await getProtection(deps.db.prisma, requireVm(job).id);
  return protection === null ? undefined : readGuestState(protection.guestChanges).scripts;
}

/** Work in the guest before its snapshot; null when nothing is left to do. */
export async function prepareScripts(context: Context): Promise<Result | null> {
  const { deps, job, memory } = context;
  const { os, powerState, agentState } = recall(memory, "vm");
  if (os !== "linux" || powerState !== "running" || agentState === "not-ready") return null;
  if (memory.scripts?.checked === true) return null;
  const scripts = wantedScripts(context);
  const state = await scriptStateOf(context);
  const due = memory.scripts?.notRemoved === true ? scriptCheckDue : scriptWorkDue;
  const work = due(state, scripts, deps.clock.now());
  if (work === null) return null;
  // A job that has waited must not place scripts that the policy no longer has.
  if (work === "place" && !requirePolicy(job).isCurrent) return null;
  if (work !== "remove" && recall(memory, "consistency").request !== "best") return null;
  if (work === "place" && state?.placed !== true) {
    const scriptsState = stateBeforePlacing(state);
    return {
      kind: "again",
      save: (tx) => changeGuestState(tx, requireVm(job).id, { scripts: scriptsState }),
    };
  }
  return workInGuest(context, { work, scripts, state });
}

interface Work {
  readonly work: ScriptWork;
  readonly scripts: LinuxScripts | undefined;
  readonly state: ScriptState | undefined;
}

async function workInGuest(context: Context, work: Work): Promise<Result> {
  const { job } = context;
  try {
    const poll = await pollOrStart(context, requestOf(work));
    if (poll.status === "running") return waitForAzure(poll, notice("guest-scripts-preparing", {}));
    return work.work === "remove" || work.scripts === undefined
      ? removed(context, work, poll.result)
      : checked(context, { ...work, scripts: work.scripts }, poll.result);
  } catch (error) {
    // A backup without its scripts is better than none: what the snapshot reaches is judged afterwards.
    rethrowOutage(context, error);
    const wait = waitWhileBusy(context, error);
    if (wait !== null) return wait;
    const cause = knownError(error);
    const azureMessage = azureMessageOf(cause);
    const state = stateUnreachable(work.state, work.scripts, azureMessage);
    return {
      kind: "again",
      memory: {
        operation: undefined,
        scripts: { checked: true, notice: notice("guest-scripts-unreachable", { azureMessage }) },
      },
      save: async (tx) => {
        await changeGuestState(tx, requireVm(job).id, { scripts: state });
        await addWarning(tx, job.id, errorInfo(cause));
      },
    };
  }
}

const BUSY_PAUSE_MS = 10_000;
/** Azure runs one command at a time in a VM: one of an engine that died, or of someone else, which gets two minutes. */
const BUSY_TRIES = 12;

/** Waits while another run command is in progress; null for another error, or when that has lasted. */
export function waitWhileBusy({ memory }: Context, error: unknown): Result | null {
  const busy = memory.scripts?.busy ?? 0;
  if (!isKluisError(error, "AZURE_CONFLICT") || busy >= BUSY_TRIES) return null;
  const scripts = { checked: false, notice: null, ...memory.scripts, busy: busy + 1 };
  return {
    kind: "wait",
    afterMs: BUSY_PAUSE_MS,
    notice: notice("guest-scripts-preparing", {}),
    memory: { operation: undefined, scripts },
  };
}

function requestOf({ work, scripts }: Work): GuestScriptsWork {
  if (work === "place" && scripts?.from === "policy") return { kind: "place", scripts };
  return work === "remove" ? { kind: "remove" } : { kind: "check" };
}

export function pollOrStart(
  { deps, memory, signal }: Context,
  work: GuestScriptsWork,
): Promise<Poll<GuestAnswer>> {
  return memory.operation?.kind === "run-command"
    ? pollGuestScripts(deps.azure, { operation: memory.operation, work }, { signal })
    : startGuestScripts(deps.azure, { vmId: recall(memory, "vm").id, work }, { signal });
}

function checked(
  context: Context,
  { scripts, state }: Work & { readonly scripts: LinuxScripts },
  answer: GuestAnswer,
): Result {
  const { deps, job } = context;
  const vm = requireVm(job);
  const report = scriptFilesOf(answer);
  const findings = judgeScriptFiles(report, scripts);
  const now = stateAfterCheck(state, { scripts, report, findings, at: deps.clock.now() });
  const [first] = findings;
  const data = { scripts: { from: scripts.from, digest: now.digest, wrote: report.wrote, files: now.files } };
  const target = { type: "vm", id: vm.id, name: vm.name } as const;
  return {
    kind: "again",
    memory: {
      operation: undefined,
      scripts: { checked: true, notice: first === undefined ? null : findingNotice(first) },
    },
    save: (tx) => changeGuestState(tx, vm.id, { scripts: now }),
    events: report.wrote.length === 0 ? [] : [{ kind: "guest.changed", target, data }],
  };
}

/** The scripts that Kluis had placed are gone, or they stay marked and the next backup tries again. */
function removed({ job }: Context, { state, scripts }: Work, answer: GuestAnswer): Result {
  const vm = requireVm(job);
  const { failedPath } = scriptFilesOf(answer);
  if (failedPath !== null) {
    const error = new KluisError("GUEST_FAILED", {
      reason: "scripts",
      message: `Kluis could not remove ${failedPath} from the guest.`,
      params: { vm: vm.name, azureMessage: failedPath },
    });
    return {
      kind: "again",
      // Scripts of the guest itself are checked all the same.
      memory: { operation: undefined, scripts: { checked: false, notice: null, notRemoved: true } },
      save: (tx) => addWarning(tx, job.id, errorInfo(error)),
    };
  }
  const data = { scripts: { from: null, digest: state?.digest ?? null } };
  return {
    kind: "again",
    // Scripts of the guest itself are checked next, and wait for other run commands on their own.
    memory: { operation: undefined, scripts: { checked: scripts === undefined, notice: null } },
    save: (tx) => changeGuestState(tx, vm.id, { scripts: null }),
    events: [{ kind: "guest.changed", target: { type: "vm", id: vm.id, name: vm.name }, data }],
  };
}
