/** The extensions that can be installed: publishers, types and versions. */

export interface CatalogEntry {
  publisher: string;
  type: string;
  os: "Windows" | "Linux";
  /** Oldest first. */
  versions: readonly string[];
  /** Whether `enableAutomaticUpgrade` is supported. */
  automaticUpgrade: boolean;
}

type Row = readonly [type: string, os: CatalogEntry["os"], versions: string, option?: "automatic"];

/** By publisher. The newest versions of a stored list; Azure has more, and adds some each month. */
const table: Readonly<Record<string, readonly Row[]>> = {
  "Microsoft.Azure.RecoveryServices": [
    ["VMSnapshot", "Windows", "1.0.57.0 1.0.82.0 1.0.92.0"],
    ["VMSnapshotLinux", "Linux", "1.0.9150.0 1.0.9174.0 1.0.9184.0"],
  ],
  "Microsoft.Azure.RecoveryServices.WorkloadBackup": [
    ["AzureBackupWindowsWorkload", "Windows", "1.1.0.54 1.1.0.60"],
    ["AzureBackupLinuxWorkload", "Linux", "1.0.0.40"],
  ],
  "Microsoft.Azure.RecoveryServices.SiteRecovery": [
    ["Windows", "Windows", "1.0.0.9165"],
    ["Linux", "Linux", "1.0.0.9165"],
    ["LinuxDebian", "Linux", "1.0.0.9156"],
  ],
  "Microsoft.Azure.Extensions": [
    ["CustomScript", "Linux", "2.0.7 2.1.3 2.1.10"],
    ["DockerExtension", "Linux", "1.2.2"],
  ],
  "Microsoft.OSTCExtensions": [
    ["VMAccessForLinux", "Linux", "1.4.5.0 1.5.11 1.5.16"],
    ["CustomScriptForLinux", "Linux", "1.5.4"],
    ["DSCForLinux", "Linux", "2.71.1.0"],
    ["LinuxDiagnostic", "Linux", "2.3.9027"],
    ["OSPatchingForLinux", "Linux", "2.3.0.2"],
  ],
  "Microsoft.Compute": [
    ["CustomScriptExtension", "Windows", "1.8 1.9.5 1.10.15 1.10.20"],
    ["BGInfo", "Windows", "2.1 2.2.5"],
    ["VMAccessAgent", "Windows", "2.3 2.4.10"],
    ["JsonADDomainExtension", "Windows", "1.3.9"],
  ],
  "Microsoft.CPlat.Core": [
    ["RunCommandWindows", "Windows", "1.1.5 1.1.18"],
    ["RunCommandLinux", "Linux", "1.0.3 1.0.5"],
    ["RunCommandHandlerWindows", "Windows", "2.0.10", "automatic"],
    ["RunCommandHandlerLinux", "Linux", "1.3.20", "automatic"],
    ["WindowsPatchExtension", "Windows", "1.5.72"],
    ["LinuxPatchExtension", "Linux", "1.6.56"],
    ["VMApplicationManagerWindows", "Windows", "1.0.16", "automatic"],
    ["VMApplicationManagerLinux", "Linux", "1.0.16", "automatic"],
  ],
  "Microsoft.Powershell": [["DSC", "Windows", "2.73.0.0 2.77.0.0 2.83.5"]],
  "Microsoft.Azure.Monitor": [
    ["AzureMonitorWindowsAgent", "Windows", "1.10.0.0 1.22.0.0 1.33.0.0", "automatic"],
    ["AzureMonitorLinuxAgent", "Linux", "1.21.0 1.29.4 1.35.1", "automatic"],
  ],
  "Microsoft.EnterpriseCloud.Monitoring": [
    ["MicrosoftMonitoringAgent", "Windows", "1.0.18067.0"],
    ["OmsAgentForLinux", "Linux", "1.13.35 1.19.0"],
  ],
  "Microsoft.Azure.Monitoring.DependencyAgent": [
    ["DependencyAgentWindows", "Windows", "9.10.16.22650", "automatic"],
    ["DependencyAgentLinux", "Linux", "9.10.16.22650", "automatic"],
  ],
  "Microsoft.Azure.Diagnostics": [
    ["IaaSDiagnostics", "Windows", "1.5.0.1 1.21.0.1 1.22.0.2"],
    ["LinuxDiagnostic", "Linux", "3.0.142 4.0.27 4.1.0"],
  ],
  "Microsoft.Azure.ActiveDirectory": [
    ["AADLoginForWindows", "Windows", "1.0.0.1 2.1.0.0"],
    ["AADSSHLoginForLinux", "Linux", "1.0.2455.1 1.0.3034.2"],
  ],
  "Microsoft.Azure.ActiveDirectory.LinuxSSH": [["AADLoginForLinux", "Linux", "1.0.1588.3"]],
  "Microsoft.Azure.Security": [
    ["IaaSAntimalware", "Windows", "1.3.0.0 1.6.0.4"],
    ["AzureDiskEncryption", "Windows", "1.1.0.4 2.2.0.44 2.4.0.11"],
    ["AzureDiskEncryptionForLinux", "Linux", "0.1.0.999330 1.4.0.5"],
  ],
  "Microsoft.Azure.Security.WindowsAttestation": [["GuestAttestation", "Windows", "1.0.3.31", "automatic"]],
  "Microsoft.Azure.Security.LinuxAttestation": [["GuestAttestation", "Linux", "1.0.0.57", "automatic"]],
  "Microsoft.Azure.AzureDefenderForServers": [
    ["MDE.Windows", "Windows", "1.0.12.4"],
    ["MDE.Linux", "Linux", "1.0.7.6"],
  ],
  "Microsoft.Azure.KeyVault": [
    ["KeyVaultForWindows", "Windows", "1.0.1363.13 3.5.3160.124", "automatic"],
    ["KeyVaultForLinux", "Linux", "2.0.2695.14 3.5.1", "automatic"],
  ],
  "Microsoft.Azure.NetworkWatcher": [
    ["NetworkWatcherAgentWindows", "Windows", "1.4.2798.1 1.4.3783.1", "automatic"],
    ["NetworkWatcherAgentLinux", "Linux", "1.4.2798.1 1.4.3783.1", "automatic"],
  ],
  "Microsoft.GuestConfiguration": [
    ["ConfigurationforWindows", "Windows", "1.29.72.0", "automatic"],
    ["ConfigurationforLinux", "Linux", "1.26.60", "automatic"],
  ],
  "Microsoft.ManagedServices": [
    ["ApplicationHealthWindows", "Windows", "1.0.9 2.0.18", "automatic"],
    ["ApplicationHealthLinux", "Linux", "1.0.15 2.0.18", "automatic"],
  ],
  "Microsoft.SqlServer.Management": [["SqlIaaSAgent", "Windows", "1.2.30.0 2.0.312.0"]],
  "Microsoft.HpcCompute": [
    ["NvidiaGpuDriverWindows", "Windows", "1.3.0.0 1.9.0.0"],
    ["NvidiaGpuDriverLinux", "Linux", "1.6.0.23 1.11.0.0"],
  ],
};

const extensionCatalog: readonly CatalogEntry[] = Object.entries(table).flatMap(([publisher, types]) =>
  types.map(([type, os, versions, option]) => ({
    publisher,
    type,
    os,
    versions: versions.split(" "),
    automaticUpgrade: option === "automatic",
  })),
);

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function entriesOf(publisher: string, type?: string): CatalogEntry[] {
  return extensionCatalog.filter(
    (entry) => same(entry.publisher, publisher) && (type === undefined || same(entry.type, type)),
  );
}

/** Publishers in alphabetical order. */
export const publishers: readonly string[] = Object.keys(table).sort();

const numbers = (version: string): number[] => version.split(".").map(Number);

/** The order of versions: 1.9 comes before 1.10. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The version that a request for `major.minor` installs: the newest of the minor version or, with
 * automatic upgrades, of the major version from there on. Undefined when there is none.
 */
export function resolveVersion(
  entry: CatalogEntry,
  requested: string,
  autoUpgradeMinorVersion: boolean,
): string | undefined {
  const [major = 0, minor = 0] = numbers(requested);
  return entry.versions
    .filter((version) => {
      const [ofMajor = 0, ofMinor = 0] = numbers(version);
      return ofMajor === major && (autoUpgradeMinorVersion ? ofMinor >= minor : ofMinor === minor);
    })
    .sort(compareVersions)
    .at(-1);
}
