import type { LinuxScripts, WindowsGuest } from "./model.ts";

export type Consistency = "ApplicationConsistent" | "FileSystemConsistent" | "CrashConsistent";

/** What taking a restore point found in the guest, and what it leaves behind there. */
export interface Outcome {
  consistency: Consistency;
  /** How many further attempts stay file-system consistent (Windows only). */
  fileSystemAttemptsLeft?: number;
}

/** The guest's part failed and with it the restore point. */
export interface GuestFailure {
  failure: string;
}

const ATTEMPTS_AFTER_VSS_FAILURE = 3;

/**
 * Windows, running, extension installed: application-consistent when every VSS writer is stable. After a failure
 * this attempt and the next three are file-system consistent, whatever the writers say (Microsoft: restore points,
 * VM snapshot extension).
 */
export function windowsOutcome(guest: WindowsGuest, vssFails: boolean): Outcome {
  if (vssFails || guest.vssWriters.some((writer) => writer.state === "Failed"))
    return { consistency: "FileSystemConsistent", fileSystemAttemptsLeft: ATTEMPTS_AFTER_VSS_FAILURE };
  if (guest.fileSystemAttemptsLeft > 0)
    return { consistency: "FileSystemConsistent", fileSystemAttemptsLeft: guest.fileSystemAttemptsLeft - 1 };
  return { consistency: "ApplicationConsistent", fileSystemAttemptsLeft: 0 };
}

/**
 * Linux, running: file-system consistent by fsfreeze. With the owner's pre and post scripts it is
 * application-consistent when both succeed; else `continueBackupOnFailure` decides.
 */
export function linuxOutcome(scripts: LinuxScripts | undefined): Outcome | GuestFailure {
  if (!scripts) return { consistency: "FileSystemConsistent" };
  const problem = scriptProblem(scripts);
  if (problem === undefined) return { consistency: "ApplicationConsistent" };
  if (!scripts.continueBackupOnFailure) return { failure: problem };
  return { consistency: scripts.fsFreezeEnabled ? "FileSystemConsistent" : "CrashConsistent" };
}

/** First thing that is wrong with the scripts, by Azure's names. */
function scriptProblem(scripts: LinuxScripts): string | undefined {
  if (scripts.configMode !== "600")
    return "IncorrectJSONConfigFile: the configuration file must have mode 600.";
  for (const [name, script] of [
    ["Pre-Script", scripts.pre],
    ["Post-Script", scripts.post],
  ] as const) {
    if (!script.exists) return `${name}NotFound: ${script.path} does not exist.`;
    if (script.mode !== "700") return `InsufficientPermissionfor${name}: ${script.path} must have mode 700.`;
    if (script.seconds > scripts.timeoutInSeconds)
      return `${name}Timeout: ${script.path} ran longer than ${scripts.timeoutInSeconds} seconds.`;
    if (script.exitCode !== 0)
      return `${name}ExecutionFailed: ${script.path} ended with code ${script.exitCode}.`;
  }
  return undefined;
}

/**
 * What installing VMSnapshot changes in a Windows guest (Microsoft: Azure VM backup, process): the Visual C++ 2013
 * redistributable is installed, the Volume Shadow Copy service starts automatically, a VSS provider is added.
 * Done twice it changes nothing more.
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
