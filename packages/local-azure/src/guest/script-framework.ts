/**
 * The script framework of the snapshot extension in a Linux guest: what it checks, how it runs pre and post scripts, and what it
 * logs. Source: azure-linux-extensions, VMBackup/main/PluginHost.py and ScriptRunner.py.
 */
import { z } from "zod";
import { isoTime } from "../clock.ts";
import { PLUGIN_HOST, SCRIPT_CONFIG } from "./linux-files.ts";
import type { LinuxScripts, Machine } from "./model.ts";
import { runShell } from "./shell.ts";

export const FRAMEWORK_LOG = "/var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log";
const LOG_BYTES = 16_384;

interface Attempt {
  exitCode: number;
  seconds: number;
}

interface FrameworkScript {
  path: string;
  exists: boolean;
  mode: string;
  owner: string;
  retries: number;
  run(at: number): Attempt;
}

interface Framework {
  /** The problem of its files, found before any script runs. */
  problem: string | undefined;
  continueOnFailure: boolean;
  fsFreeze: boolean;
  limitSeconds: number;
  pre: FrameworkScript;
  post: FrameworkScript;
}

export interface FrameworkOutcome {
  /** Azure's name of the first problem, with a sentence. */
  problem: string | undefined;
  continueOnFailure: boolean;
  fsFreeze: boolean;
}

/** Runs the scripts around a snapshot, and writes the framework's log. Undefined: the guest has no scripts. */
export function runFramework(guest: Machine, now: number): FrameworkOutcome | undefined {
  const framework = frameworkOf(guest, now);
  if (!framework) return undefined;
  const lines: string[] = [];
  const { continueOnFailure, fsFreeze } = framework;
  const before =
    framework.problem ??
    checkScript("Pre-Script", framework.pre) ??
    checkScript("Post-Script", framework.post);
  if (before !== undefined) {
    const name = statusName(before);
    lines.push(`Triggering File System Consistent Backup because of error code StatusCode.${name},`);
  }
  // The post script also runs after a pre script that failed.
  const problem = before ?? runBoth(framework, lines);
  keepLog(guest, lines, now);
  return { problem, continueOnFailure, fsFreeze };
}

function runBoth(framework: Framework, lines: string[]): string | undefined {
  const pre = runScript("Pre-Script", { script: framework.pre, limit: framework.limitSeconds }, lines);
  const post = runScript("Post-Script", { script: framework.post, limit: framework.limitSeconds }, lines);
  return pre ?? post;
}

type ScriptWord = "Pre-Script" | "Post-Script";

function checkScript(name: ScriptWord, { exists, path, mode, owner }: FrameworkScript): string | undefined {
  if (!exists) return `${name}NotFound: ${path} does not exist.`;
  if (!/^0?[0-7]00$/.test(mode) || owner !== "root")
    return `InsufficientPermissionfor${name}: ${path} must belong to root and have mode 700.`;
  return undefined;
}

/** Runs a script with its retries, which share one time-out. A script that is late is not stopped. */
function runScript(
  name: ScriptWord,
  { script, limit }: { script: FrameworkScript; limit: number },
  lines: string[],
): string | undefined {
  const word = name === "Pre-Script" ? "Prescript" : "Postscript";
  lines.push(`Running ${word.toLowerCase()} for ScriptRunner module...`);
  let total = 0;
  let code = 0;
  for (let at = 0; at <= script.retries; at++) {
    const { exitCode, seconds } = script.run(at);
    total += seconds;
    if (total > limit) {
      lines.push(`${word} for ScriptRunner timed out.`);
      return `${name}Timeout: ${script.path} ran longer than ${limit} seconds.`;
    }
    code = exitCode;
    if (code === 0) {
      lines.push(`${word} for ScriptRunner successfully executed.`);
      return undefined;
    }
    if (at < script.retries) lines.push(`${word} for ScriptRunner failed. Retrying...`);
  }
  lines.push(`${word} for ScriptRunner failed with error code: ${code} .`);
  return `${name}ExecutionFailed: ${script.path} ended with code ${code}.`;
}

const statusNames: readonly (readonly [string, string])[] = [
  ["IncorrectJSONConfigFile: the configuration file must belong", "FailedPrepostPluginConfigOwnershipError"],
  ["IncorrectJSONConfigFile: the configuration file must have", "FailedPrepostPluginConfigPermissionError"],
  ["Pre-ScriptNotFound", "FailedPrepostPreScriptNotFound"],
  ["Post-ScriptNotFound", "FailedPrepostPostScriptNotFound"],
  ["InsufficientPermissionforPre", "FailedPrepostPreScriptPermissionError"],
  ["InsufficientPermissionforPost", "FailedPrepostPostScriptPermissionError"],
  ["IncorrectPluginhostFile", "FailedPrepostPluginhostConfigParsing"],
];

function statusName(problem: string): string {
  const found = statusNames.find(([start]) => problem.startsWith(start));
  return found?.[1] ?? "FailedPrepostPluginConfigParsing";
}

function keepLog(guest: Machine, lines: readonly string[], now: number): void {
  const time = isoTime(now).slice(0, 19).replaceAll("-", "/").replace("T", " ");
  const name = "[Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0.9184.0]";
  const added = lines.map((line) => `${time} ${name} ${line}\n`).join("");
  if (!guest.linux) return;
  const { files } = guest.linux;
  const content = `${files[FRAMEWORK_LOG]?.content ?? ""}${added}`.slice(-LOG_BYTES);
  files[FRAMEWORK_LOG] = { content, mode: "644", owner: "root" };
}

function frameworkOf(guest: Machine, now: number): Framework | undefined {
  const { linux } = guest;
  if (linux?.files[SCRIPT_CONFIG]) return ofFiles(guest, now);
  return linux?.scripts && ofModel(linux.scripts);
}

const configSchema = z.object({
  pluginName: z.string().default("ScriptRunner"),
  preScriptLocation: z.string(),
  postScriptLocation: z.string(),
  preScriptParams: z.array(z.string()).default([]),
  postScriptParams: z.array(z.string()).default([]),
  preScriptNoOfRetries: z.number().default(0),
  postScriptNoOfRetries: z.number().default(0),
  timeoutInSeconds: z.number().default(10),
  continueBackupOnFailure: z.boolean().default(true),
  fsFreezeEnabled: z.boolean().default(true),
});

const INVALID = "IncorrectJSONConfigFile: VMSnapshotScriptPluginConfig.json is not valid.";
const NOT_ROOTS = "IncorrectJSONConfigFile: the configuration file must belong to root.";
const EXPOSED = "IncorrectJSONConfigFile: the configuration file must have mode 600.";
const HOST_INVALID = "IncorrectPluginhostFile: VMSnapshotPluginHost.conf cannot be parsed.";
const NO_SCRIPT: FrameworkScript = {
  path: "",
  exists: false,
  mode: "",
  owner: "",
  retries: 0,
  run: () => ({ exitCode: 127, seconds: 0 }),
};

function ofFiles(guest: Machine, now: number): Framework {
  const files = guest.linux?.files ?? {};
  const file = files[SCRIPT_CONFIG];
  const parsed = configSchema.safeParse(jsonOf(file?.content ?? ""));
  if (!parsed.success) {
    // A configuration that cannot be read keeps the defaults.
    const defaults = { continueOnFailure: true, fsFreeze: true, limitSeconds: 10 };
    return { problem: INVALID, ...defaults, pre: NO_SCRIPT, post: NO_SCRIPT };
  }
  const config = parsed.data;
  const scriptAt = (path: string, params: readonly string[], retries: number): FrameworkScript => {
    const found = files[path];
    return {
      path,
      exists: found !== undefined && found.directory !== true,
      mode: found?.mode ?? "",
      owner: found?.owner ?? "",
      retries,
      run() {
        const { exitCode, seconds } = runShell(guest, found?.content ?? "", { now, args: params });
        return { exitCode, seconds };
      },
    };
  };
  const host = files[PLUGIN_HOST]?.content ?? "[pre_post]";
  return {
    problem: host.startsWith("[pre_post]")
      ? config.pluginName === "ScriptRunner"
        ? accessProblem(file)
        : INVALID
      : HOST_INVALID,
    continueOnFailure: config.continueBackupOnFailure,
    fsFreeze: config.fsFreezeEnabled,
    limitSeconds: Math.min(config.timeoutInSeconds, 1800),
    pre: scriptAt(config.preScriptLocation, config.preScriptParams, config.preScriptNoOfRetries),
    post: scriptAt(config.postScriptLocation, config.postScriptParams, config.postScriptNoOfRetries),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function ofModel(scripts: LinuxScripts): Framework {
  const script = (
    { path, exists, mode, owner, seconds, exitCode, exitCodes = [exitCode] }: LinuxScripts["pre"],
    retries: number,
  ): FrameworkScript => ({
    path,
    exists,
    mode,
    owner,
    retries,
    run: (at) => ({ exitCode: exitCodes[Math.min(at, exitCodes.length - 1)] ?? exitCode, seconds }),
  });
  return {
    problem: modelProblem(scripts),
    continueOnFailure: scripts.continueBackupOnFailure,
    fsFreeze: scripts.fsFreezeEnabled,
    limitSeconds: Math.min(scripts.timeoutInSeconds, scripts.pluginHost.timeoutInSeconds),
    pre: script(scripts.pre, scripts.preScriptNoOfRetries),
    post: script(scripts.post, scripts.postScriptNoOfRetries),
  };
}

function modelProblem(scripts: LinuxScripts): string | undefined {
  if (!scripts.pluginHost.valid) return HOST_INVALID;
  if (!scripts.configValid || scripts.pluginName !== "ScriptRunner") return INVALID;
  return accessProblem({ mode: scripts.configMode, owner: scripts.configOwner });
}

function accessProblem(file: { mode: string; owner: string } | undefined): string | undefined {
  if (file?.owner !== "root") return NOT_ROOTS;
  return file.mode === "600" ? undefined : EXPOSED;
}
