/**
 * The one table of what prevents, weakens or complicates the backup of a VM, judged from recorded facts before a job starts. The
 * backup, the pages, the API and the command line all read it. Texts are in vm-suitability-texts.ts.
 *
 * Sources: https://learn.microsoft.com/azure/virtual-machines/concepts-restore-points (support matrix),
 * https://learn.microsoft.com/azure/virtual-machines/disks-restrict-import-export-overview (network access)
 */
import { z } from "zod";
import { type DiskKey, diskKeySchema } from "./disk-key.ts";
import type { AgentState, VmDisk } from "./vm.ts";
import { type DiskFacts, isDirectDrive } from "./vm-disk-facts.ts";
import { promisesOneInstant } from "./vm-size.ts";
import type { PowerState } from "./vm-status.ts";
import type { VmTraits } from "./vm-traits.ts";

/**
 * Worst first. `refuses`: the VM or the disks cannot be backed up. `warns`: a backup works, but only under a condition, or with a
 * loss. `notes`: a restore needs attention; nothing is wrong.
 */
export const suitabilitySeverities = ["refuses", "warns", "notes"] as const;
export type SuitabilitySeverity = (typeof suitabilitySeverities)[number];

/** Rules that can refuse a whole VM. */
export const vmRefusalCodes = [
  "confidential-vm",
  "uniform-scale-set",
  "size-without-premium-storage",
] as const;
export type VmRefusalCode = (typeof vmRefusalCodes)[number];

/** Rules that can refuse a disk. */
export const diskRefusalCodes = [
  "unmanaged-disk",
  "ephemeral-os-disk",
  "disk-missing",
  "shared-disk",
  "export-denied",
  "public-access-disabled",
  "entra-authorized-disk",
  "sector-size-4096",
  "disk-too-large",
  "direct-drive-crash-consistent",
  "write-accelerated-crash-consistent",
] as const;
export type DiskRefusalCode = (typeof diskRefusalCodes)[number];

/** Every rule, in the order in which findings of one severity are shown. Codes are stable: scripts and errors name them. */
export const suitabilityCodes = [
  ...vmRefusalCodes,
  ...diskRefusalCodes,
  "private-access",
  "encrypted-in-guest",
  "agent-not-ready",
  "no-crash-fallback",
  "several-disks-newer-size",
  "host-cache-crash-consistent",
  "snapshot-of-each-disk",
  "too-many-disks",
  "other-backup-product",
  "trusted-launch",
  "customer-key",
] as const;
export type SuitabilityCode = (typeof suitabilityCodes)[number];

export const suitabilityFindingSchema = z.object({
  code: z.enum(suitabilityCodes),
  severity: z.enum(suitabilitySeverities),
  /** The disks that it concerns; empty: the VM as a whole. */
  disks: z.array(diskKeySchema),
  /** Names from Azure that the finding is about, such as a size or an extension. */
  details: z.array(z.string()),
});
export type SuitabilityFinding = z.infer<typeof suitabilityFindingSchema>;

export type SuitabilityDisk = Pick<VmDisk, "key" | "bytes" | "storage" | "facts">;

/** What the rules judge: facts of the VM, and which kind of restore point the next backup requests. */
export interface SuitabilityInput {
  readonly resourceId: string;
  readonly size: string;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
  readonly traits: VmTraits;
  readonly disks: readonly SuitabilityDisk[];
  /** What planConsistency requests; null: the policy forbids the level that can be reached. */
  readonly request: "best" | "crash" | "disks" | null;
}

/** Largest disk into which Azure accepts an upload, so that a larger one could never be restored. */
const LARGEST_UPLOAD_BYTES = 32 * 1024 ** 4;
/** Azure documents VM backups of up to 32 disks. */
const DISKS_OF_A_VM = 32;

type Verdict = { readonly severity: SuitabilitySeverity; readonly details?: readonly string[] } | null;
type Rule =
  | { readonly on: "vm"; readonly judge: (vm: SuitabilityInput) => Verdict }
  | { readonly on: "disk"; readonly judge: (disk: SuitabilityDisk, vm: SuitabilityInput) => Verdict };

const when = (holds: boolean, severity: SuitabilitySeverity, ...details: string[]): Verdict =>
  holds ? { severity, details } : null;

/** A rule about the disk in Azure; says nothing about a disk of which nothing is known. */
function onFacts(judge: (facts: DiskFacts, vm: SuitabilityInput) => Verdict): Rule {
  return { on: "disk", judge: ({ facts }, vm) => (facts ? judge(facts, vm) : null) };
}

function onVm(judge: (vm: SuitabilityInput) => Verdict): Rule {
  return { on: "vm", judge };
}

const is = (value: string | null | undefined, word: string): boolean =>
  value?.toLowerCase() === word.toLowerCase();
const startsWith = (value: string | null | undefined, word: string): boolean =>
  value?.toLowerCase().startsWith(word.toLowerCase()) === true;

const isStopped = ({ powerState }: SuitabilityInput): boolean =>
  powerState === "stopped" || powerState === "deallocated";
const asksCrash = ({ request }: SuitabilityInput): boolean => request === "crash";

const isConfidential = ({ traits, disks }: SuitabilityInput): boolean =>
  is(traits.securityType, "ConfidentialVM") ||
  disks.some(({ facts }) => startsWith(facts?.securityProfile?.securityType, "ConfidentialVM"));

/** The snapshot extension itself belongs to Azure, also when Kluis requests the restore point. */
const snapshotHandlers = new Set([
  "microsoft.azure.recoveryservices.vmsnapshot",
  "microsoft.azure.recoveryservices.vmsnapshotlinux",
]);
const otherProducts =
  /^microsoft\.azure\.recoveryservices|backup|siterecovery|commvault|veeam|rubrik|cohesity|netbackup/i;

function backupExtensions({ traits }: SuitabilityInput): string[] {
  return traits.extensions.filter(
    (handler) => otherProducts.test(handler) && !snapshotHandlers.has(handler.toLowerCase()),
  );
}

const rules: Readonly<Record<SuitabilityCode, Rule>> = {
  "confidential-vm": onVm((vm) => when(isConfidential(vm), "refuses")),
  "uniform-scale-set": onVm((vm) =>
    when(
      vm.traits.scaleSetMode === "uniform" || /\/virtualmachinescalesets\//i.test(vm.resourceId),
      "refuses",
    ),
  ),
  "size-without-premium-storage": onVm((vm) =>
    when(asksCrash(vm) && vm.traits.premiumStorage === false, "refuses", vm.size),
  ),
  "unmanaged-disk": { on: "disk", judge: ({ storage }) => when(storage === "unmanaged", "refuses") },
  "ephemeral-os-disk": { on: "disk", judge: ({ storage }) => when(storage === "ephemeral", "refuses") },
  "disk-missing": {
    on: "disk",
    judge: ({ storage, facts }) => when(storage === "managed" && facts === null, "refuses"),
  },
  "shared-disk": onFacts(({ maxShares }) => when(maxShares > 1, "refuses")),
  "export-denied": onFacts(({ networkAccessPolicy }) => when(is(networkAccessPolicy, "DenyAll"), "refuses")),
  "public-access-disabled": onFacts(({ networkAccessPolicy, publicNetworkAccess }) =>
    when(is(networkAccessPolicy, "AllowAll") && is(publicNetworkAccess, "Disabled"), "refuses"),
  ),
  "entra-authorized-disk": onFacts(({ dataAccessAuthMode }) =>
    when(is(dataAccessAuthMode, "AzureActiveDirectory"), "refuses"),
  ),
  "sector-size-4096": onFacts(({ logicalSectorSize }) => when(logicalSectorSize !== 512, "refuses")),
  "disk-too-large": { on: "disk", judge: ({ bytes }) => when(bytes > LARGEST_UPLOAD_BYTES, "refuses") },
  "direct-drive-crash-consistent": onFacts(({ sku }, vm) => {
    if (!isDirectDrive(sku)) return null;
    if (vm.request === "disks") return null;
    return { severity: asksCrash(vm) ? "refuses" : "warns", details: [sku] };
  }),
  "write-accelerated-crash-consistent": onFacts(({ writeAccelerated }, vm) =>
    when(writeAccelerated && vm.request !== "disks", asksCrash(vm) ? "refuses" : "warns"),
  ),
  "private-access": onFacts(({ networkAccessPolicy }) =>
    when(is(networkAccessPolicy, "AllowPrivate"), "warns"),
  ),
  "encrypted-in-guest": onFacts(({ encryptionSettings }) =>
    when(encryptionSettings?.enabled === true, "warns"),
  ),
  "agent-not-ready": onVm((vm) =>
    when(vm.powerState === "running" && vm.agentState === "not-ready", "warns"),
  ),
  "no-crash-fallback": onVm((vm) =>
    when(vm.request !== "disks" && !asksCrash(vm) && vm.traits.premiumStorage === false, "warns", vm.size),
  ),
  "several-disks-newer-size": onVm((vm) => {
    const dataDisks = vm.disks.filter(({ key }) => key !== "os").length;
    const isWriting = asksCrash(vm) && !isStopped(vm);
    return when(isWriting && dataDisks > 1 && promisesOneInstant(vm.size) === false, "warns", vm.size);
  }),
  "host-cache-crash-consistent": onFacts(({ caching }, vm) =>
    when(asksCrash(vm) && !isStopped(vm) && is(caching, "ReadWrite"), "notes"),
  ),
  "snapshot-of-each-disk": onVm((vm) => when(vm.request === "disks", "notes")),
  "too-many-disks": onVm(({ disks }) => when(disks.length > DISKS_OF_A_VM, "warns", String(disks.length))),
  "other-backup-product": onVm((vm) => {
    const found = backupExtensions(vm);
    return when(found.length > 0, "warns", ...found);
  }),
  "trusted-launch": onVm(({ traits }) => when(is(traits.securityType, "TrustedLaunch"), "notes")),
  "customer-key": onFacts(({ encryption }) => {
    const set = encryption?.diskEncryptionSetId ?? null;
    return set === null ? null : { severity: "notes", details: [set] };
  }),
};

/** Joins the verdicts on single disks to one finding for each severity. */
function findingsOf(code: SuitabilityCode, vm: SuitabilityInput): SuitabilityFinding[] {
  const rule = rules[code];
  if (rule.on === "vm") {
    const verdict = rule.judge(vm);
    if (verdict === null) return [];
    return [{ code, severity: verdict.severity, disks: [], details: [...(verdict.details ?? [])] }];
  }
  const judged = vm.disks.map((disk) => ({ key: disk.key, verdict: rule.judge(disk, vm) }));
  return suitabilitySeverities.flatMap((severity) => {
    const hit = judged.filter(({ verdict }) => verdict?.severity === severity);
    if (hit.length === 0) return [];
    const details = new Set(hit.flatMap(({ verdict }) => verdict?.details ?? []));
    return [{ code, severity, disks: hit.map(({ key }) => key), details: [...details] }];
  });
}

/** Every finding about a VM, worst first. */
export function judgeSuitability(vm: SuitabilityInput): SuitabilityFinding[] {
  const found = suitabilityCodes.flatMap((code) => findingsOf(code, vm));
  return suitabilitySeverities.flatMap((severity) => found.filter((one) => one.severity === severity));
}

/** The first rule that refuses each disk alone. Rules about the VM are in {@link refusalOfVm}. */
export function refusedDisks(findings: readonly SuitabilityFinding[]): Map<DiskKey, DiskRefusalCode> {
  const refused = new Map<DiskKey, DiskRefusalCode>();
  for (const { code, severity, disks } of findings) {
    if (severity !== "refuses" || !isDiskRefusal(code)) continue;
    for (const key of disks) if (!refused.has(key)) refused.set(key, code);
  }
  return refused;
}

/** The first rule that refuses the VM whatever its disks are; null when none does. */
export function refusalOfVm(findings: readonly SuitabilityFinding[]): VmRefusalCode | null {
  const refusal = findings.find(({ code, severity }) => severity === "refuses" && isVmRefusal(code));
  return refusal !== undefined && isVmRefusal(refusal.code) ? refusal.code : null;
}

function isDiskRefusal(code: SuitabilityCode): code is DiskRefusalCode {
  return diskRefusalCodes.some((one) => one === code);
}
function isVmRefusal(code: SuitabilityCode): code is VmRefusalCode {
  return vmRefusalCodes.some((one) => one === code);
}

/** `refuses`: nothing can be backed up. `partial`: at least one disk, but not all of them. */
export const suitabilitySigns = ["refuses", "partial", "warns"] as const;
export type SuitabilitySign = (typeof suitabilitySigns)[number];

/**
 * The worst finding as a list shows it; notes are shown on the VM's page only. Null: nothing to show.
 * @param disks the disks that the protection includes
 */
export function suitabilitySign(
  findings: readonly SuitabilityFinding[],
  disks: readonly DiskKey[],
): SuitabilitySign | null {
  const refused = refusedDisks(findings);
  if (refusalOfVm(findings) !== null) return "refuses";
  if (refused.size > 0) return disks.every((key) => refused.has(key)) ? "refuses" : "partial";
  return findings.some(({ severity }) => severity === "warns") ? "warns" : null;
}

/** The facts of a VM as the rules take them, for the restore point that the next backup requests. */
export function suitabilityInput(
  { resourceId, size, powerState, agentState, traits, disks }: Omit<SuitabilityInput, "request">,
  request: SuitabilityInput["request"],
): SuitabilityInput {
  return { resourceId, size, powerState, agentState, traits, disks, request };
}
