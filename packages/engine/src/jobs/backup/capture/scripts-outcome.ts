/** What pre and post scripts did for a snapshot, read from the guest, and the consistency that it proves. */
import { type RestorePointFacts, scriptOutcomeOf } from "@kluis/azure";
import { addWarning, changeGuestState, knownError } from "@kluis/db";
import {
  errorInfo,
  findingNotice,
  judgeScriptsOutcome,
  type Notice,
  notice,
  type ScriptState,
  type ScriptsOutcome,
  scriptPaths,
} from "@kluis/domain";
import { recall } from "../../../job/recall.ts";
import { requireVm } from "../../../job/require.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import type { BackupMemory } from "../memory.ts";
import { rethrowOutage } from "./guest.ts";
import { pollOrStart, scriptStateOf, waitWhileBusy, wantedScripts } from "./scripts.ts";

type Context = StepContext<BackupMemory>;
type Result = StepResult<BackupMemory>;

/** Reads once after the snapshot what the scripts did; null when nothing is left to do. */
export async function readScriptsAfter(context: Context): Promise<Result | null> {
  const { job, memory } = context;
  const scripts = wantedScripts(context);
  if (scripts === undefined || !ranScripts(memory) || memory.scripts?.outcome !== undefined) return null;
  const state = await scriptStateOf(context);
  const paths = scriptPaths(state, scripts);
  const askedAt = askedAtOf(context);
  try {
    const poll = await pollOrStart(context, { kind: "read-outcome" });
    if (poll.status === "running") {
      const wait = waitForAzure(poll, notice("guest-scripts-reading", {}));
      const asked = { checked: false, notice: null, ...memory.scripts, askedAt };
      return { ...wait, memory: { ...wait.memory, scripts: asked } };
    }
    const sinceSeconds = secondsUntil(context, askedAt);
    const outcome = judgeScriptsOutcome(scriptOutcomeOf(poll.result), { scripts, sinceSeconds, paths });
    return { ...keep(memory, outcome), save: (tx) => checkAgain(tx, context, { state, outcome }) };
  } catch (error) {
    rethrowOutage(context, error);
    const wait = waitWhileBusy(context, error);
    if (wait !== null) return wait;
    const outcome: ScriptsOutcome = {
      succeeded: false,
      findings: [{ problem: "not-confirmed", path: paths.pre }],
      runs: [],
    };
    return {
      ...keep(memory, outcome),
      save: async (tx) => {
        await addWarning(tx, job.id, errorInfo(knownError(error)));
        await checkAgain(tx, context, { state, outcome });
      },
    };
  }
}

/** Reads them at once when they stopped a try: the job may end with it. */
export function readStoppedScripts(context: Context): Promise<Result | null> {
  return stoppedByScripts(context.memory) ? readScriptsAfter(context) : Promise.resolve(null);
}

/** What the timeline keeps of them. */
export function scriptsDetail({ scripts }: BackupMemory): { readonly scripts: ScriptsOutcome } | undefined {
  return scripts?.outcome === undefined ? undefined : { scripts: scripts.outcome };
}

function keep(
  memory: BackupMemory,
  { succeeded, findings, runs }: ScriptsOutcome,
): Result & { kind: "again" } {
  const outcome = { succeeded, findings: [...findings], runs: [...runs] };
  const scripts = { checked: false, notice: null, ...memory.scripts, outcome };
  return { kind: "again", memory: { operation: undefined, scripts } };
}

const stoppedByScripts = ({ attempts = [] }: BackupMemory): boolean =>
  attempts.some(({ failure }) => failure === "scripts");

/** The framework ran for this snapshot, or stopped an earlier try of it. */
function ranScripts(memory: BackupMemory): boolean {
  return stoppedByScripts(memory) || recall(memory, "consistency").request === "best";
}

/** When the guest was asked. Its answer may be read much later, and says only how long ago the scripts had started by then. */
function askedAtOf({ deps, memory }: Context): string {
  const before = memory.operation?.kind === "run-command" ? memory.scripts?.askedAt : undefined;
  return before ?? deps.clock.now().toISOString();
}

/** How long before `askedAt` the scripts of this job can have started. */
function secondsUntil({ memory }: Context, askedAt: string): number {
  const first = stoppedByScripts(memory) ? memory.seen?.[0]?.at : undefined;
  const from = first ?? recall(memory, "snapshotStartedAt");
  return (new Date(askedAt).getTime() - new Date(from).getTime()) / 1000;
}

async function checkAgain(
  tx: Parameters<typeof changeGuestState>[0],
  { job }: Context,
  { state, outcome }: { readonly state: ScriptState | undefined; readonly outcome: ScriptsOutcome },
): Promise<void> {
  if (outcome.succeeded || state === undefined) return;
  await changeGuestState(tx, requireVm(job).id, { scripts: { ...state, recheck: true } });
}

/**
 * The level that Azure reported, as far as it is proven: without Kluis's own reading that both scripts succeeded, a snapshot whose
 * policy requires them is not application-consistent.
 */
export function provenLevel(
  context: Pick<Context, "job" | "memory">,
  azure: RestorePointFacts["consistency"],
): RestorePointFacts["consistency"] {
  if (azure !== "application" || wantedScripts(context) === undefined) return azure;
  return context.memory.scripts?.outcome?.succeeded === true ? azure : "file-system";
}

/** Why the scripts did not give application consistency, as exactly as it is known. */
export function scriptsNotice(memory: BackupMemory, lower: Notice | null): Notice | null {
  if (lower?.code !== "guest-scripts-failed") return lower;
  const { outcome, notice: before = null } = memory.scripts ?? {};
  const [first] = outcome?.findings ?? [];
  const isVague = first === undefined || first.problem === "not-run" || first.problem === "not-confirmed";
  if (isVague && before !== null) return before;
  return first === undefined ? lower : findingNotice(first);
}
