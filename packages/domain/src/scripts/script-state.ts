/** What Kluis knows of the pre and post scripts in a Linux guest. */
import { z } from "zod";
import { type Notice, notice } from "../notices/notices.ts";
import type { ScriptFinding } from "./script-check.ts";
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
