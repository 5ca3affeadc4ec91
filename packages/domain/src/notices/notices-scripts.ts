/** Notices about pre and post scripts of Linux guests: each problem with what to do. notices.ts joins them to the catalog. */
import type { ScriptProblem } from "../scripts/script-problems.ts";

type None = Readonly<Record<never, never>>;
type AtPath = { readonly path: string };
export type ScriptProblemCode = `script-${ScriptProblem}`;

export type ScriptNoticeParams = { readonly [C in ScriptProblemCode]: AtPath } & {
  readonly "guest-scripts-stopped": { readonly azureMessage: string };
  readonly "guest-scripts-unreachable": { readonly azureMessage: string };
  readonly "guest-scripts-preparing": None;
  readonly "guest-scripts-reading": None;
  readonly "guest-scripts-own-ready": None;
  readonly "guest-scripts-placed-ready": None;
  readonly "guest-scripts-removed": None;
};

const config = "/etc/azure/VMSnapshotScriptPluginConfig.json";

export const scriptNoticeTexts: {
  readonly [C in keyof ScriptNoticeParams]: (params: ScriptNoticeParams[C]) => string;
} = {
  "script-pre-failed": ({ path }) =>
    `The pre script ${path} failed. Read its exit code and output on the job, and correct it.`,
  "script-post-failed": ({ path }) =>
    `The post script ${path} failed. Read its exit code and output on the job, and correct it.`,
  "script-pre-not-found": ({ path }) =>
    `The pre script ${path} does not exist. Put it there, or correct preScriptLocation in ${config}.`,
  "script-post-not-found": ({ path }) =>
    `The post script ${path} does not exist. Put it there, or correct postScriptLocation in ${config}.`,
  "script-host-config-invalid": ({ path }) =>
    `The plug-in host configuration ${path} cannot be parsed. Restore the file of Azure's extension.`,
  "script-config-invalid": ({ path }) =>
    `The configuration ${path} is not valid. It needs valid JSON with preScriptLocation and postScriptLocation.`,
  "script-pre-permission": ({ path }) =>
    `The pre script ${path} must belong to root and have mode 700: chown root:root and chmod 700.`,
  "script-post-permission": ({ path }) =>
    `The post script ${path} must belong to root and have mode 700: chown root:root and chmod 700.`,
  "script-pre-timeout": ({ path }) =>
    `The pre script ${path} ran longer than its time limit. Shorten it, or raise the limit (1,800 seconds at most).`,
  "script-post-timeout": ({ path }) =>
    `The post script ${path} ran longer than its time limit. Shorten it, or raise the limit (1,800 seconds at most).`,
  "script-host-pre-timeout": ({ path }) =>
    `Azure's plug-in host stopped waiting for the pre script ${path}. Shorten the script.`,
  "script-host-post-timeout": ({ path }) =>
    `Azure's plug-in host stopped waiting for the post script ${path}. Shorten the script.`,
  "script-checksum-mismatch": ({ path }) =>
    `Azure's extension found a file of the script framework changed (${path}). Restore the file of the extension.`,
  "script-host-config-not-found": ({ path }) =>
    `The plug-in host configuration ${path} does not exist. Reinstall the snapshot extension.`,
  "script-host-config-permission": ({ path }) =>
    `The plug-in host configuration ${path} must have mode 600: chmod 600.`,
  "script-host-config-owner": ({ path }) =>
    `The plug-in host configuration ${path} must belong to root: chown root:root.`,
  "script-config-not-found": ({ path }) =>
    `The configuration ${path} does not exist, so no scripts ran. Write it, or let the policy place scripts.`,
  "script-config-permission": ({ path }) => `The configuration ${path} must have mode 600: chmod 600.`,
  "script-config-owner": ({ path }) => `The configuration ${path} must belong to root: chown root:root.`,
  "script-config-foreign": ({ path }) =>
    `The guest has its own configuration ${path}, which Kluis does not overwrite. Remove it, or let the policy use the guest's own scripts.`,
  "script-config-too-large": ({ path }) =>
    `The configuration ${path} is larger than 1,800 bytes, so Kluis cannot check it. Shorten it.`,
  "script-config-plugin-name": ({ path }) => `The configuration ${path} must have pluginName ScriptRunner.`,
  "script-pre-path-relative": ({ path }) =>
    `preScriptLocation must be an absolute path, and is ${path}. Correct it in ${config}.`,
  "script-post-path-relative": ({ path }) =>
    `postScriptLocation must be an absolute path, and is ${path}. Correct it in ${config}.`,
  "script-not-written": ({ path }) =>
    `Kluis could not write ${path} in the guest. Check the free space and whether the file system is read-only.`,
  "script-not-run": ({ path }) =>
    `The script ${path} did not run for this snapshot. Check the log of the snapshot extension in /var/log/azure.`,
  "script-not-confirmed": ({ path }) =>
    `Kluis could not read whether the script ${path} succeeded, so the point does not count as application-consistent. Check that run command works on the VM.`,

  "guest-scripts-stopped": ({ azureMessage }) =>
    `The pre and post scripts of the guest stopped the snapshot. ${azureMessage}`,
  "guest-scripts-unreachable": ({ azureMessage }) =>
    `Kluis could not check the scripts of the guest. Check that run command works on the VM. ${azureMessage}`,
  "guest-scripts-preparing": () => "Kluis checks the pre and post scripts of the guest.",
  "guest-scripts-reading": () => "Kluis reads what the pre and post scripts did.",
  "guest-scripts-own-ready": () => "The guest's own pre and post scripts are in place and ready.",
  "guest-scripts-placed-ready": () => "The policy's pre and post scripts are in place and ready.",
  "guest-scripts-removed": () => "Kluis removed the scripts that it had placed.",
};
