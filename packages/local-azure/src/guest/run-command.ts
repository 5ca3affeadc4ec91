/** Run command: runs a script in the local guest and answers as Azure does for its system. */
import type { Guest, Machine } from "./model.ts";
import { runPowerShell, type ScriptResult } from "./powershell.ts";
import { runShell } from "./shell.ts";

/** Azure returns the last 4,096 bytes of each stream. */
const OUTPUT_BYTES = 4096;

export type Parameter = Readonly<{ name: string; value: string }>;

/** Runs a script in a guest. `$name` is the value of a parameter. */
export function runScript(
  guest: Machine,
  script: string,
  { parameters = [], now }: { parameters?: readonly Parameter[]; now?: number } = {},
): ScriptResult {
  if (!guest.windows) {
    const variables = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
    const { stdout, stderr, exitCode } = runShell(guest, script, {
      variables,
      ...(now === undefined ? {} : { now }),
    });
    return { stdout, stderr, exitCode };
  }
  const text = parameters.reduce(
    (rest, { name, value }) => rest.replaceAll(`\${${name}}`, value).replaceAll(`$${name}`, value),
    script,
  );
  return runPowerShell(
    guest.windows,
    text.replace(/^\s*hostname\s*$/gim, `Write-Output ${guest.hostName ?? "localhost"}`),
  );
}

/** One status of run command's result. */
interface CommandStatus {
  code: string;
  level: "Info";
  displayStatus: string;
  message: string;
}

/**
 * The statuses of a result. Windows has one per stream, Linux one with both. A script that fails
 * has the same codes as one that succeeds: only its output tells (Azure/azure-cli#14425).
 */
export function commandStatuses(guest: Guest, result: ScriptResult): CommandStatus[] {
  const status = (code: string, message: string): CommandStatus => ({
    code,
    level: "Info",
    displayStatus: "Provisioning succeeded",
    message,
  });
  const stdout = tail(result.stdout);
  const stderr = tail(result.stderr);
  if (guest.windows)
    return [
      status("ComponentStatus/StdOut/succeeded", stdout),
      status("ComponentStatus/StdErr/succeeded", stderr),
    ];
  const message = `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n${stderr}`;
  return [status("ProvisioningState/succeeded", message)];
}

export function tail(text: string): string {
  return Buffer.from(text).subarray(-OUTPUT_BYTES).toString("utf8");
}
