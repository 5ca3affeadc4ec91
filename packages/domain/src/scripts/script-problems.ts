/** What can be wrong with the scripts of a Linux guest: each problem with Azure's code and names for it. */

/** Problems that Azure's snapshot extension reports, with its code. Source: azure-linux-extensions, VMBackup. */
const reported = [
  { problem: "pre-failed", code: 300, names: ["FailedPrepostPreScriptFailed", "Pre-ScriptExecutionFailed"] },
  {
    problem: "post-failed",
    code: 301,
    names: ["FailedPrepostPostScriptFailed", "Post-ScriptExecutionFailed"],
  },
  { problem: "pre-not-found", code: 302, names: ["FailedPrepostPreScriptNotFound", "Pre-ScriptNotFound"] },
  { problem: "post-not-found", code: 303, names: ["FailedPrepostPostScriptNotFound", "Post-ScriptNotFound"] },
  {
    problem: "host-config-invalid",
    code: 304,
    names: ["FailedPrepostPluginhostConfigParsing", "IncorrectPluginhostFile"],
  },
  {
    problem: "config-invalid",
    code: 305,
    names: ["FailedPrepostPluginConfigParsing", "IncorrectJSONConfigFile"],
  },
  {
    problem: "pre-permission",
    code: 306,
    names: ["FailedPrepostPreScriptPermissionError", "InsufficientPermissionforPre-Script"],
  },
  {
    problem: "post-permission",
    code: 307,
    names: ["FailedPrepostPostScriptPermissionError", "InsufficientPermissionforPost-Script"],
  },
  { problem: "pre-timeout", code: 308, names: ["FailedPrepostPreScriptTimeout", "Pre-ScriptTimeout"] },
  { problem: "post-timeout", code: 309, names: ["FailedPrepostPostScriptTimeout", "Post-ScriptTimeout"] },
  { problem: "host-pre-timeout", code: 310, names: ["FailedPrepostPluginhostPreTimeout"] },
  { problem: "host-post-timeout", code: 311, names: ["FailedPrepostPluginhostPostTimeout"] },
  { problem: "checksum-mismatch", code: 312, names: ["FailedPrepostCheckSumMismatch"] },
  { problem: "host-config-not-found", code: 313, names: ["FailedPrepostPluginhostConfigNotFound"] },
  { problem: "host-config-permission", code: 314, names: ["FailedPrepostPluginhostConfigPermissionError"] },
  { problem: "host-config-owner", code: 315, names: ["FailedPrepostPluginhostConfigOwnershipError"] },
  { problem: "config-not-found", code: 316, names: ["FailedPrepostPluginConfigNotFound"] },
  { problem: "config-permission", code: 317, names: ["FailedPrepostPluginConfigPermissionError"] },
  { problem: "config-owner", code: 318, names: ["FailedPrepostPluginConfigOwnershipError"] },
] as const;

type ReportedProblem = (typeof reported)[number]["problem"];

/** Problems that only Kluis sees. */
const ownProblems = [
  /** Kluis is to place scripts, and the guest has a configuration of someone else. */
  "config-foreign",
  "config-too-large",
  "config-plugin-name",
  "pre-path-relative",
  "post-path-relative",
  "not-written",
  "not-run",
  "not-confirmed",
] as const;

export type ScriptProblem = ReportedProblem | (typeof ownProblems)[number];

export const scriptProblems: readonly ScriptProblem[] = [
  ...reported.map(({ problem }) => problem),
  ...ownProblems,
];

/** Azure's code of a problem; null when only Kluis sees it. */
export function scriptProblemCode(problem: ScriptProblem): number | null {
  return reported.find((one) => one.problem === problem)?.code ?? null;
}

/** The first problem that a message or a log names. */
export function scriptProblemIn(text: string): ScriptProblem | null {
  let first: { readonly problem: ScriptProblem; readonly at: number } | null = null;
  for (const { problem, names } of reported) {
    for (const name of names) {
      const at = text.indexOf(name);
      if (at >= 0 && (first === null || at < first.at)) first = { problem, at };
    }
  }
  return first?.problem ?? null;
}
