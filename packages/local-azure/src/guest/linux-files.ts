/** The files that a Linux guest has beside those that it keeps. */
import type { LinuxGuest, LinuxScripts, Machine } from "./model.ts";
import type { GuestFile } from "./shell/files.ts";

export const SCRIPT_CONFIG = "/etc/azure/VMSnapshotScriptPluginConfig.json";
export const PLUGIN_HOST = "/etc/azure/VMSnapshotPluginHost.conf";

const root = (content: string, mode = "644"): GuestFile => ({ content, mode, owner: "root" });

export function defaultFiles(guest: Machine): Map<string, GuestFile> {
  const files = new Map<string, GuestFile>([
    ["/etc/hostname", root(`${guest.hostName ?? "localhost"}\n`)],
    ["/etc/os-release", root(`ID=${guest.osName}\nVERSION_ID="${guest.osVersion}"\n`)],
    ["/etc/waagent.conf", root("Provisioning.Agent=auto\nExtensions.Enabled=y\nLogs.Verbose=n\n")],
    ["/etc/azure/vmbackup.conf", root("[SnapshotThread]\nfsfreeze: True\ntimeout: 60\n")],
  ]);
  for (const [path, file] of scriptFiles(guest.linux?.scripts)) files.set(path, file);
  return files;
}

/** Turns the model of the script framework into files, because a script changes one of them. */
export function keepScripts(linux: LinuxGuest): void {
  for (const [path, file] of scriptFiles(linux.scripts)) linux.files[path] ??= file;
  delete linux.scripts;
}

function scriptFiles(scripts: LinuxScripts | undefined): [string, GuestFile][] {
  if (!scripts) return [];
  const { timeoutInSeconds, valid } = scripts.pluginHost;
  const host = `[pre_post]\ntimeoutInSeconds = ${timeoutInSeconds}\nnumberOfPlugins = 1\npluginName0 = ScriptRunner\npluginPath0 = ScriptRunner\npluginConfigPath0 = ${SCRIPT_CONFIG}\n`;
  const files: [string, GuestFile][] = [
    [
      SCRIPT_CONFIG,
      {
        content: `${scripts.configValid ? JSON.stringify(configOf(scripts)) : "{"}\n`,
        mode: scripts.configMode,
        owner: scripts.configOwner,
      },
    ],
    [PLUGIN_HOST, root(valid ? host : "[pre_post\n", "600")],
  ];
  for (const { exists, path, mode, owner, exitCode, seconds } of [scripts.pre, scripts.post])
    if (exists)
      files.push([
        path,
        { content: `#!/bin/sh\n${seconds > 0 ? `sleep ${seconds}\n` : ""}exit ${exitCode}\n`, mode, owner },
      ]);
  return files;
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
