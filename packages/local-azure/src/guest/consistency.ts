/** The consistency that a restore point reaches, and the changes of the snapshot extension. */
import type { LinuxGuest, Machine, WindowsGuest } from "./model.ts";
import { runFramework } from "./script-framework.ts";

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
export function linuxOutcome(guest: Machine, now: number): Outcome | GuestFailure {
  const scripts = runFramework(guest, now);
  const problem = scripts?.problem;
  if (problem !== undefined && !(scripts?.continueOnFailure === true && scripts.fsFreeze))
    return { failure: problem };
  const unfrozen = scripts?.fsFreeze === false ? undefined : freezeProblems[guest.linux?.fsfreeze ?? "works"];
  if (unfrozen !== undefined) return { failure: unfrozen };
  return {
    consistency: scripts && problem === undefined ? "ApplicationConsistent" : "FileSystemConsistent",
  };
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
