/** Judges what pre and post scripts did for one snapshot, from what they left in the guest and from the framework's log. */
import { type LinuxScripts, type ScriptName, scriptNames } from "./linux-scripts.ts";
import { redactOutput } from "./redact-output.ts";
import type { ScriptFinding } from "./script-check.ts";
import { type ScriptProblem, scriptProblemIn } from "./script-problems.ts";

/** What the wrapper of a placed script left. All times are of the guest's clock. */
export interface ScriptTrace {
  /** How long ago it started; null when it never did. */
  readonly startedAgoSeconds: number | null;
  /** Null while it runs. */
  readonly seconds: number | null;
  readonly exitCode: number | null;
  readonly output: string;
}

export interface ScriptOutcomeReport {
  readonly pre: ScriptTrace;
  readonly post: ScriptTrace;
  /** The newest lines of the framework's log about scripts, oldest first. */
  readonly log: readonly string[];
  /** The guest's time as its logs write it, in its zone and in UTC. */
  readonly now: readonly string[];
}

/** One script, as the job shows it. */
export interface ScriptRun {
  readonly script: ScriptName;
  /** Null when it is not known, as for a script that did not end. */
  readonly exitCode: number | null;
  readonly seconds: number | null;
  /** The last lines; empty when the framework keeps none. */
  readonly output: string;
}

export interface ScriptsOutcome {
  /** Both scripts ran for this snapshot, and succeeded. */
  readonly succeeded: boolean;
  readonly findings: readonly ScriptFinding[];
  readonly runs: readonly ScriptRun[];
}

/** A guest reads its own clock a little later than the engine. */
const TOLERANCE_SECONDS = 90;

export interface ScriptsExpected {
  readonly scripts: LinuxScripts;
  /** How long ago the snapshot was requested. */
  readonly sinceSeconds: number;
  /** Where the scripts are, for messages. */
  readonly paths: Readonly<Record<ScriptName, string>>;
}

export function judgeScriptsOutcome(
  report: ScriptOutcomeReport,
  { scripts, sinceSeconds, paths }: ScriptsExpected,
): ScriptsOutcome {
  const within = sinceSeconds + TOLERANCE_SECONDS;
  const log = freshLines(report, within);
  const { runs, problems } =
    scripts.from === "guest"
      ? judgeLog(log)
      : judgeTraces(report, { timeoutSeconds: scripts.timeoutSeconds, within });
  if (problems.length === 0 && runs.length < scriptNames.length) {
    const script = runs.length === 0 ? "pre" : "post";
    problems.push({ problem: scriptProblemIn(log.join("\n")) ?? "not-run", script });
  }
  const findings = problems.map(({ problem, script }) => ({ problem, path: paths[script] }));
  return { succeeded: findings.length === 0, findings, runs };
}

interface Judged {
  readonly runs: ScriptRun[];
  readonly problems: { readonly problem: ScriptProblem; readonly script: ScriptName }[];
}

const failed = { pre: "pre-failed", post: "post-failed" } as const;
const timedOut = { pre: "pre-timeout", post: "post-timeout" } as const;

function judgeTraces(
  report: ScriptOutcomeReport,
  { timeoutSeconds, within }: { readonly timeoutSeconds: number; readonly within: number },
): Judged {
  const judged: Judged = { runs: [], problems: [] };
  for (const script of scriptNames) {
    const { startedAgoSeconds, seconds, exitCode, output } = report[script];
    if (startedAgoSeconds === null || startedAgoSeconds > within) continue;
    judged.runs.push({ script, exitCode, seconds, output: redactOutput(output) });
    // The framework does not stop a script that is late: it may have ended since.
    if (exitCode === null || seconds === null || seconds > timeoutSeconds)
      judged.problems.push({ problem: timedOut[script], script });
    else if (exitCode !== 0) judged.problems.push({ problem: failed[script], script });
  }
  return judged;
}

/** The words of the framework. Source: azure-linux-extensions, VMBackup/main/ScriptRunner.py */
const words = { pre: "Prescript", post: "Postscript" } as const;

function judgeLog(log: readonly string[]): Judged {
  const judged: Judged = { runs: [], problems: [] };
  for (const script of scriptNames) {
    const text = log.filter((line) => line.includes(words[script])).join("\n");
    const code = /failed with error code: (-?\d+)/.exec(text)?.[1];
    const isLate = text.includes("timed out");
    const exitCode = code === undefined ? (text.includes("successfully executed") ? 0 : null) : Number(code);
    if (exitCode === null && !isLate) continue;
    judged.runs.push({ script, exitCode, seconds: null, output: "" });
    if (isLate) judged.problems.push({ problem: timedOut[script], script });
    else if (exitCode !== 0) judged.problems.push({ problem: failed[script], script });
  }
  return judged;
}

const TIME = /^(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)/;

function secondsOf(text: string): number | null {
  const parts = TIME.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Lines of the log that are not older than `within`. The log is in UTC or in the guest's zone, so either may count. */
function freshLines({ log, now }: ScriptOutcomeReport, within: number): string[] {
  const clocks = now.flatMap((text) => secondsOf(text) ?? []);
  return log.filter((line) => {
    const at = secondsOf(line);
    return at !== null && clocks.some((clock) => clock - at >= -1 && clock - at <= within);
  });
}
