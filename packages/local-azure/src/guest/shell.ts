/** The part of a Linux shell that the local guest knows: its files, and a few commands. */
import type { LinuxGuest, LinuxScripts, Machine } from "./model.ts";
import type { ScriptResult } from "./powershell.ts";

interface File {
  content: string;
  mode: string;
  owner: string;
}

const SCRIPT_CONFIG = "/etc/azure/VMSnapshotScriptPluginConfig.json";
const PLUGIN_HOST = "/etc/azure/VMSnapshotPluginHost.conf";

/**
 * Runs a script. Each line, or part between `;` and `&&`, may be `cat FILE`, `ls FILE`,
 * `stat -c FORMAT FILE` (`%a %U %n`), `test -f FILE`, `echo TEXT`, `hostname`, `uname`, `whoami`,
 * `id -u` or `exit N`. Other commands are reported on stderr and end with 127, as a missing command does.
 */
export function runShell(guest: Machine, script: string): ScriptResult {
  const files = filesOf(guest);
  const out: string[] = [];
  const errors: string[] = [];
  let exitCode = 0;
  for (const line of script.split("\n")) {
    if (/^\s*(#|$|set\s)/.test(line)) continue;
    for (const part of line.split(/\s*(?:;|&&)\s*/)) {
      if (part.trim() === "") continue;
      const [word = "", ...args] = part
        .trim()
        .replace(/\s*2>\S+/, "")
        .split(/\s+/);
      if (word === "exit")
        return { stdout: out.join(""), stderr: errors.join(""), exitCode: Number(args[0] ?? exitCode) };
      const done = command({ guest, files }, word === "sudo" ? args : [word, ...args]);
      out.push(done.stdout);
      errors.push(done.stderr);
      exitCode = done.exitCode;
      // The rest of an `&&` chain does not run.
      if (exitCode !== 0 && line.includes("&&")) break;
    }
  }
  return { stdout: out.join(""), stderr: errors.join(""), exitCode };
}

const ok = (stdout: string): ScriptResult => ({ stdout, stderr: "", exitCode: 0 });

function command(
  { guest, files }: { guest: Machine; files: ReadonlyMap<string, File> },
  [word = "", ...args]: readonly string[],
): ScriptResult {
  const name = args.at(-1) ?? "";
  const file = files.get(name);
  const missing = (text: string, exitCode = 1): ScriptResult => ({
    stdout: "",
    stderr: `${text}: No such file or directory\n`,
    exitCode,
  });
  switch (word) {
    case "cat":
      return file ? ok(file.content) : missing(`cat: ${name}`);
    case "ls":
      return file ? ok(`${name}\n`) : missing(`ls: cannot access '${name}'`, 2);
    case "stat":
      if (!file) return missing(`stat: cannot statx '${name}'`);
      return ok(`${formatStat(args.slice(0, -1).join(" "), { name, ...file })}\n`);
    case "test":
      return { stdout: "", stderr: "", exitCode: file ? 0 : 1 };
    case "echo":
      return ok(`${args.join(" ").replaceAll(/["']/g, "")}\n`);
    case "hostname":
      return ok(files.get("/etc/hostname")?.content ?? "localhost\n");
    case "uname":
      return ok(
        args.includes("-a")
          ? `Linux ${guest.hostName ?? guest.osName} 6.8.0-azure x86_64 GNU/Linux\n`
          : "Linux\n",
      );
    case "whoami":
      return ok("root\n");
    case "id":
      return ok("0\n");
    default:
      return {
        stdout: "",
        stderr: `The local guest cannot run: ${[word, ...args].join(" ")}\n`,
        exitCode: 127,
      };
  }
}

function formatStat(options: string, file: File & { name: string }): string {
  const [, format = "%a %U %n"] = /(?:-c|--format=?)\s*["']?([^"']+)["']?/.exec(options) ?? [];
  return format.replaceAll("%a", file.mode).replaceAll("%U", file.owner).replaceAll("%n", file.name);
}

function filesOf(guest: Machine): Map<string, File> {
  const linux: LinuxGuest = guest.linux ?? { files: {}, fsfreeze: "works" };
  const root = (content: string, mode = "644"): File => ({ content, mode, owner: "root" });
  const files = new Map<string, File>([
    ["/etc/hostname", root(`${guest.hostName ?? "localhost"}\n`)],
    ["/etc/os-release", root(`ID=${guest.osName}\nVERSION_ID="${guest.osVersion}"\n`)],
    ["/etc/waagent.conf", root("Provisioning.Agent=auto\nExtensions.Enabled=y\nLogs.Verbose=n\n")],
    ["/etc/azure/vmbackup.conf", root("[SnapshotThread]\nfsfreeze: True\ntimeout: 60\n")],
  ]);
  if (linux.scripts) addScripts(files, linux.scripts);
  for (const [path, file] of Object.entries(linux.files)) files.set(path, file);
  return files;
}

function addScripts(files: Map<string, File>, scripts: LinuxScripts): void {
  files.set(SCRIPT_CONFIG, {
    content: `${scripts.configValid ? JSON.stringify(configOf(scripts)) : "{"}\n`,
    mode: scripts.configMode,
    owner: scripts.configOwner,
  });
  const { timeoutInSeconds, valid } = scripts.pluginHost;
  const host = `[pre_post]\ntimeoutInSeconds = ${timeoutInSeconds}\nnumberOfPlugins = 1\npluginName0 = ScriptRunner\npluginPath0 = ScriptRunner\npluginConfigPath0 = ${SCRIPT_CONFIG}\n`;
  files.set(PLUGIN_HOST, { content: valid ? host : "[pre_post\n", mode: "600", owner: "root" });
  for (const { exists, path, mode, owner, exitCode } of [scripts.pre, scripts.post])
    if (exists) files.set(path, { content: `#!/bin/sh\nexit ${exitCode}\n`, mode, owner });
}

/** The configuration with the keys that the framework reads. */
function configOf(scripts: LinuxScripts): object {
  return {
    pluginName: scripts.pluginName,
    ...(scripts.appName === undefined ? {} : { appName: scripts.appName }),
    preScriptLocation: scripts.pre.path,
    postScriptLocation: scripts.post.path,
    preScriptParams: scripts.preScriptParams,
    postScriptParams: scripts.postScriptParams,
    preScriptNoOfRetries: scripts.preScriptNoOfRetries,
    postScriptNoOfRetries: scripts.postScriptNoOfRetries,
    timeoutInSeconds: scripts.timeoutInSeconds,
    continueBackupOnFailure: scripts.continueBackupOnFailure,
    fsFreezeEnabled: scripts.fsFreezeEnabled,
    ScriptsExecutionPollTimeSeconds: scripts.ScriptsExecutionPollTimeSeconds,
  };
}
