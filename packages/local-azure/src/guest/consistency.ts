/** The consistency that a restore point reaches, and the changes of the snapshot extension. */
import type { LinuxGuest, LinuxScripts, WindowsGuest } from "./model.ts";

type Consistency = "ApplicationConsistent" | "FileSystemConsistent" | "CrashConsistent";

export interface Outcome {
  consistency: Consistency;
  /** Number of further attempts that stay file-system consistent (Windows only). */
  fileSystemAttemptsLeft?: number;
}

/** The guest's part failed, so the restore point fails. */
interface GuestFailure {
  failure: string;
}

const ATTEMPTS_AFTER_VSS_FAILURE = 3;

/**
 * The outcome for a running Windows VM whose writers are stable: application-consistent. When VSS
 * fails during the snapshot, this attempt and the next three are file-system consistent (Microsoft:
 * restore points, VM snapshot extension).
 */
export function windowsOutcome(guest: WindowsGuest, vssFails: boolean): Outcome {
  if (vssFails)
    return { consistency: "FileSystemConsistent", fileSystemAttemptsLeft: ATTEMPTS_AFTER_VSS_FAILURE };
  if (guest.fileSystemAttemptsLeft > 0)
    return { consistency: "FileSystemConsistent", fileSystemAttemptsLeft: guest.fileSystemAttemptsLeft - 1 };
  return { consistency: "ApplicationConsistent", fileSystemAttemptsLeft: 0 };
}

/** Whether the guest wants a copy backup, which truncates no logs (Microsoft: VM backup overview). */
function usesVssCopy(guest: WindowsGuest): boolean {
  const wanted = String.raw`HKLM\SOFTWARE\Microsoft\BcdrAgent\USEVSSCOPYBACKUP`.toLowerCase();
  const value = Object.entries(guest.registry).find(([path]) => path.toLowerCase() === wanted)?.[1];
  return value?.toUpperCase() === "TRUE";
}

/** Adds what VSS logs about a snapshot. */
export function logVssBackup(guest: WindowsGuest, time: number): void {
  const kind = usesVssCopy(guest) ? "VSS_BT_COPY" : "VSS_BT_FULL";
  guest.events.push({
    time,
    source: "IaaSBcdrExtension",
    id: 1,
    message: `The shadow copy set was created. Backup type: ${kind}.`,
  });
  guest.events.splice(0, guest.events.length - EVENTS_KEPT);
}

/** The log is part of the state, which is written as a whole at each change. */
const EVENTS_KEPT = 50;

const freezeProblems = {
  works: undefined,
  fails:
    "UserErrorFsFreezeFailed: Failed to freeze one or more mount-points of the VM to take a file-system consistent snapshot.",
  "times-out":
    "UserErrorFsFreezeFailed: The freeze of the mount-points of the VM timed out before the snapshot was taken.",
} as const satisfies Record<LinuxGuest["fsfreeze"], string | undefined>;

/**
 * The outcome for a running Linux VM: file-system consistent through fsfreeze, or
 * application-consistent when pre and post scripts exist and succeed. When a script fails,
 * `continueBackupOnFailure` decides. Without a freeze nothing is consistent after such a failure,
 * so the restore point fails. A freeze that fails always does. Source: azure-linux-extensions,
 * VMBackup/main/handle.py.
 */
export function linuxOutcome(guest: Pick<LinuxGuest, "scripts" | "fsfreeze">): Outcome | GuestFailure {
  const { scripts, fsfreeze } = guest;
  const problem = scripts && scriptProblem(scripts);
  if (problem !== undefined && !(scripts?.continueBackupOnFailure === true && scripts.fsFreezeEnabled))
    return { failure: problem };
  const unfrozen = scripts?.fsFreezeEnabled === false ? undefined : freezeProblems[fsfreeze];
  if (unfrozen !== undefined) return { failure: unfrozen };
  return {
    consistency: scripts && problem === undefined ? "ApplicationConsistent" : "FileSystemConsistent",
  };
}

/** The first problem of the script framework, with Azure's error name. */
function scriptProblem(scripts: LinuxScripts): string | undefined {
  if (!scripts.pluginHost.valid)
    return "IncorrectPluginhostFile: VMSnapshotPluginHost.conf cannot be parsed.";
  if (!scripts.configValid || scripts.pluginName !== "ScriptRunner")
    return "IncorrectJSONConfigFile: VMSnapshotScriptPluginConfig.json is not valid.";
  if (scripts.configMode !== "600" || scripts.configOwner !== "root")
    return "IncorrectJSONConfigFile: the configuration file must belong to root and have mode 600.";
  return (
    runProblem("Pre-Script", scripts.pre, { scripts, retries: scripts.preScriptNoOfRetries }) ??
    runProblem("Post-Script", scripts.post, { scripts, retries: scripts.postScriptNoOfRetries })
  );
}

/** Runs a script with its retries, which share one time-out. */
function runProblem(
  name: "Pre-Script" | "Post-Script",
  script: LinuxScripts["pre"],
  { scripts, retries }: { scripts: LinuxScripts; retries: number },
): string | undefined {
  const { path, exists, mode, owner, seconds, exitCode, exitCodes = [exitCode] } = script;
  if (!exists) return `${name}NotFound: ${path} does not exist.`;
  if (mode !== "700" || owner !== "root")
    return `InsufficientPermissionfor${name}: ${path} must belong to root and have mode 700.`;
  const limit = Math.min(scripts.timeoutInSeconds, scripts.pluginHost.timeoutInSeconds);
  let code = 0;
  for (let attempt = 0; attempt <= retries; attempt++) {
    if (seconds * (attempt + 1) > limit) return `${name}Timeout: ${path} ran longer than ${limit} seconds.`;
    code = exitCodes[Math.min(attempt, exitCodes.length - 1)] ?? exitCode;
    if (code === 0) return undefined;
  }
  return `${name}ExecutionFailed: ${path} ended with code ${code}.`;
}

/**
 * Changes a Windows guest as the VMSnapshot extension does: installs the Visual C++ 2013
 * redistributable, starts Volume Shadow Copy automatically, adds a VSS provider. Idempotent.
 * Source: Microsoft, Azure VM backup, process.
 */
export function installVmSnapshot(guest: WindowsGuest): void {
  const runtime = "Microsoft Visual C++ 2013 Redistributable (x64) - 12.0.40660";
  if (!guest.programs.some((program) => program.name === runtime))
    guest.programs.push({ name: runtime, version: "12.0.40660.0" });
  const vss = guest.services.find((service) => service.name === "VSS");
  if (vss?.startType === "Manual") vss.startType = "Automatic";
  if (!guest.services.some((service) => service.name === "IaaSVmProvider")) {
    guest.services.push({
      name: "IaaSVmProvider",
      displayName: "IaaSVmProvider",
      startType: "Automatic",
      status: "Running",
    });
  }
}
