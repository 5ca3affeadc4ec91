/** The consistency that a restore point reaches, and the changes of the snapshot extension. */
import type { LinuxScripts, WindowsGuest } from "./model.ts";

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
 * The outcome for a running Windows VM: application-consistent when all VSS writers are stable.
 * After a failure this attempt and the next three are file-system consistent (Microsoft: restore
 * points, VM snapshot extension).
 */
export function windowsOutcome(guest: WindowsGuest, vssFails: boolean): Outcome {
  if (vssFails || guest.vssWriters.some((writer) => writer.state === "Failed"))
    return { consistency: "FileSystemConsistent", fileSystemAttemptsLeft: ATTEMPTS_AFTER_VSS_FAILURE };
  if (guest.fileSystemAttemptsLeft > 0)
    return { consistency: "FileSystemConsistent", fileSystemAttemptsLeft: guest.fileSystemAttemptsLeft - 1 };
  return { consistency: "ApplicationConsistent", fileSystemAttemptsLeft: 0 };
}

/**
 * The outcome for a running Linux VM: file-system consistent through fsfreeze, or
 * application-consistent when pre and post scripts exist and succeed. When a script fails,
 * `continueBackupOnFailure` decides.
 */
export function linuxOutcome(scripts: LinuxScripts | undefined): Outcome | GuestFailure {
  if (!scripts) return { consistency: "FileSystemConsistent" };
  const problem = scriptProblem(scripts);
  if (problem === undefined) return { consistency: "ApplicationConsistent" };
  if (!scripts.continueBackupOnFailure) return { failure: problem };
  return { consistency: scripts.fsFreezeEnabled ? "FileSystemConsistent" : "CrashConsistent" };
}

/** The first problem of the scripts, with Azure's error name. */
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
