/** When a backup looks at the scripts of a Linux guest, and what it stores then. */
import type { LinuxScripts } from "./linux-scripts.ts";
import { placedPath, scriptConfigPath, scriptsDigest } from "./placed-scripts.ts";
import type { ScriptFilesReport, ScriptFinding } from "./script-check.ts";
import type { ScriptState } from "./script-state.ts";

/** What a backup does in the guest before its snapshot. */
export type ScriptWork = "place" | "check" | "remove";

/** A check that found everything right holds this long. */
export const scriptCheckDays = 7;
const DAY_MS = 86_400_000;

/** The work that is due in the guest; null: none. */
export function scriptWorkDue(
  state: ScriptState | undefined,
  scripts: LinuxScripts | undefined,
  now: Date,
): ScriptWork | null {
  const wasPlaced = state?.placed === true;
  if (scripts?.from !== "policy" && wasPlaced) return "remove";
  if (scripts === undefined) return null;
  const work = scripts.from === "policy" ? "place" : "check";
  if (state === undefined || state.checkedAt === null || state.digest !== scriptsDigest(scripts)) return work;
  if (state.recheck || state.unreachable !== null || state.findings.length > 0) return work;
  const age = now.getTime() - new Date(state.checkedAt).getTime();
  return age >= scriptCheckDays * DAY_MS || age < 0 ? work : null;
}

/** The work that is due when the removal of what Kluis had placed has failed: the next backup tries that again. */
export function scriptCheckDue(
  state: ScriptState | undefined,
  scripts: LinuxScripts | undefined,
  now: Date,
): ScriptWork | null {
  if (scripts?.from === "policy") return scriptWorkDue(state, scripts, now);
  return scriptWorkDue(state === undefined ? state : { ...state, placed: false }, scripts, now);
}

/** The state before Kluis writes its first file: from here on it knows that there may be some. */
export function stateBeforePlacing(state: ScriptState | undefined): ScriptState {
  return { ...(state ?? emptyState("policy")), placed: true };
}

function emptyState(from: ScriptState["from"]): ScriptState {
  return {
    from,
    digest: null,
    placed: false,
    checkedAt: null,
    files: [],
    findings: [],
    unreachable: null,
    recheck: false,
  };
}

export interface ScriptCheck {
  readonly scripts: LinuxScripts;
  readonly report: ScriptFilesReport;
  readonly findings: readonly ScriptFinding[];
  readonly at: Date;
}

export function stateAfterCheck(state: ScriptState | undefined, check: ScriptCheck): ScriptState {
  const { config, pre, post } = check.report;
  const present = [config, pre, post].flatMap((file) => (file?.isFile === true ? [file] : []));
  return {
    ...emptyState(check.scripts.from),
    digest: scriptsDigest(check.scripts),
    placed: state?.placed ?? false,
    checkedAt: check.at.toISOString(),
    files: present.map(({ path, owner, mode, sha256 }) => ({ path, owner, mode, sha256 })),
    findings: [...check.findings],
  };
}

/** The state after a check that did not reach the guest. */
export function stateUnreachable(
  state: ScriptState | undefined,
  scripts: LinuxScripts | undefined,
  azureMessage: string,
): ScriptState {
  const from = scripts?.from ?? state?.from ?? "policy";
  return { ...(state ?? emptyState(from)), from, unreachable: azureMessage.slice(0, 500) };
}

/** Where the scripts are, as far as Kluis knows. */
export function scriptPaths(
  state: ScriptState | undefined,
  scripts: LinuxScripts,
): { readonly pre: string; readonly post: string } {
  if (scripts.from === "policy") return { pre: placedPath("pre"), post: placedPath("post") };
  const [pre, post] = (state?.files ?? []).filter(({ path }) => path !== scriptConfigPath);
  return { pre: pre?.path ?? scriptConfigPath, post: post?.path ?? pre?.path ?? scriptConfigPath };
}
