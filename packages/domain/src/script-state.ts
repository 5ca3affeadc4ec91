/** What Kluis knows of the pre and post scripts in a Linux guest, and when it looks again. */
import { z } from "zod";
import type { LinuxScripts } from "./linux-scripts.ts";
import { type Notice, notice } from "./notices.ts";
import { placedPath, scriptConfigPath, scriptsDigest } from "./placed-scripts.ts";
import type { ScriptFilesReport, ScriptFinding } from "./script-check.ts";
import { scriptProblems } from "./script-problems.ts";

const fileSchema = z.object({
  path: z.string(),
  owner: z.string().nullable(),
  mode: z.string().nullable(),
  sha256: z.string().nullable(),
});

/** A part of `Protection.guestChanges`. */
export const scriptStateSchema = z.object({
  from: z.enum(["guest", "policy"]),
  /** The scripts of the policy that this check was for. */
  digest: z.string().nullable(),
  /** Kluis may have placed files in the guest, which it removes again. Set before the first of them is written. */
  placed: z.boolean(),
  /** Null until a check has succeeded. */
  checkedAt: z.iso.datetime().nullable(),
  files: z.array(fileSchema),
  findings: z.array(z.object({ problem: z.enum(scriptProblems), path: z.string() })),
  /** Why the last check did not reach the guest. */
  unreachable: z.string().nullable(),
  /** The next backup checks, whatever the age of the last check. */
  recheck: z.boolean(),
});
export type ScriptState = z.infer<typeof scriptStateSchema>;

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

export const findingNotice = ({ problem, path }: ScriptFinding): Notice =>
  notice(`script-${problem}`, { path });

/** The state in sentences, for the page of the VM. Empty when the VM has no scripts. */
export function scriptNotices(state: ScriptState | undefined): Notice[] {
  if (state === undefined) return [];
  const unreachable =
    state.unreachable === null
      ? []
      : [notice("guest-scripts-unreachable", { azureMessage: state.unreachable })];
  const findings = state.findings.map(findingNotice);
  if (unreachable.length + findings.length > 0 || state.checkedAt === null)
    return [...unreachable, ...findings];
  return [notice(state.from === "policy" ? "guest-scripts-placed-ready" : "guest-scripts-own-ready", {})];
}
