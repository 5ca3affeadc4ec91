/**
 * Sentences that the server composes, other than errors: a code with parameters, which pages word in the reader's language, and
 * `noticeText` in English. Names of parameters carry their units, by which pages format them: `…Bytes` is a size in bytes, `…At` an
 * ISO 8601 instant in UTC, `…Ms` and `…Seconds` a duration.
 */
import { z } from "zod";
import { formatBytes } from "../base/bytes.ts";
import type { ErrorCode } from "../errors/errors.ts";
import { workTexts } from "../health/recurring-names.ts";
import { healFailureTexts } from "../vaults/healing.ts";
import type { Failure, NoticeParams } from "./notice-params.ts";
import { captureNoticeTexts } from "./notices-capture.ts";
import { damageNoticeTexts } from "./notices-damage.ts";
import { ledgerNoticeTexts } from "./notices-ledger.ts";
import { scriptNoticeTexts } from "./notices-scripts.ts";

export type NoticeCode = keyof NoticeParams;

export interface Notice<C extends NoticeCode = NoticeCode> {
  readonly code: C;
  readonly params: NoticeParams[C];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

const texts: { readonly [C in NoticeCode]: (params: NoticeParams[C]) => string } = {
  "backup-prepared": ({ vm, powerState, disks }) =>
    `${vm} is ${powerState}; ${count(disks, "disk")} to back up.`,
  "extension-not-needed-crash": () =>
    "The policy requests crash-consistent snapshots, which need no extension.",
  "extension-not-needed-stopped": () => "The VM is not running, so no extension is installed.",
  "extension-installing": ({ extension }) => `Azure is installing ${extension} in the VM.`,
  "extension-installed": ({ extension }) => `${extension} is installed in the VM.`,
  "guest-reading": () => "Reading what changed in the guest.",
  "snapshot-creating": () => "Azure is creating the snapshot.",
  "snapshot-copying": ({ percent }) => `Azure is making the snapshot readable (${percent} %).`,
  "snapshot-created": ({ consistency }) => `Snapshot created, ${consistency}-consistent.`,
  "read-access-opened": ({ disks }) => `Read access to ${count(disks, "disk")} of the snapshot is open.`,
  "transfer-planning": ({ plannedBytes }) =>
    `The disks are being planned; ${formatBytes(plannedBytes)} to read so far.`,
  "transfer-planned": ({ disks, plannedBytes }) =>
    `${count(disks, "disk")} planned, ${formatBytes(plannedBytes)} to read.`,
  "transfer-planned-fallback": ({ disks, plannedBytes, fallbackDisks }) =>
    `${count(disks, "disk")} planned, ${formatBytes(plannedBytes)} to read. The changes of ${count(fallbackDisks, "disk")} cannot be listed, so every allocated block is read.`,
  "segments-left": ({ segments }) => `${count(segments, "part")} left.`,
  "transfer-finished": ({ movedBytes, readBytes }) =>
    `${formatBytes(movedBytes)} moved, ${formatBytes(readBytes)} read.`,
  "manifest-written": () => "The manifest is stored in the vault.",
  "snapshot-removing": () => "Azure is removing the snapshot.",
  "snapshot-removed": () => "Snapshot removed.",
  "snapshot-kept": ({ keptUntilAt }) => `The snapshot is kept for instant restore until ${keptUntilAt}.`,
  "snapshot-removal-failed": ({ errorMessage }) => `The snapshot was not removed: ${errorMessage}`,
  "point-created": ({ pointId, consistency }) =>
    `Recovery point ${pointId} created, ${consistency}-consistent.`,

  "disk-excluded": () => "The disk is excluded from protection.",
  "disk-ephemeral": () => "An ephemeral OS disk has no snapshots; redeploy the VM instead.",
  "disk-unmanaged": () => "Only managed disks have snapshots; convert the disk.",
  "disk-missing": () => "The disk no longer exists in Azure.",
  "disk-shared": () => "Azure restore points exclude disks that several VMs can attach.",
  "disk-no-export": () =>
    "The disk's network access policy denies every export; allow private or public access.",
  "disk-sector-size": () =>
    "Azure exports disks with 4096-byte sectors as VHDX, which Kluis cannot read yet.",
  "disk-ultra-crash-consistent": () =>
    "Crash-consistent Azure restore points exclude Ultra and Premium SSD v2 disks.",
  "disk-write-accelerated-crash-consistent": () =>
    "Crash-consistent Azure restore points exclude write-accelerated disks.",
  "disk-public-access-disabled": () =>
    "Public network access to the disk is disabled and it has no private access.",
  "disk-entra-authorized": () =>
    "The disk requires a sign-in to Microsoft Entra beside the access URL, which Kluis does not send.",
  "disk-not-readable": () => "Kluis may not read this disk: the role of its identity does not reach it.",
  "disk-too-large": () => "The disk is larger than 32 TiB, the largest upload that Azure accepts.",

  "guest-not-running": ({ powerState }) =>
    `The VM was ${powerState === "unknown" ? "in an unknown power state" : powerState}, so its guest did not take part in the snapshot.`,
  "guest-agent-not-ready": () =>
    "The guest agent was not ready, so the guest did not take part in the snapshot.",
  "guest-agent-failed": ({ azureMessage }) =>
    `The guest agent did not complete the snapshot. ${azureMessage}`,
  "guest-extension-failed": ({ azureMessage }) =>
    `The snapshot extension did not work in the guest. ${azureMessage}`,
  "azure-crash-only": () => "Azure created only a crash-consistent snapshot.",
  "vss-writer-failed": () =>
    "A VSS writer did not take part, so Azure created a file-consistent snapshot. Azure tries application consistency again after three more snapshots.",
  "guest-scripts-failed": () => "The guest's scripts did not take part in the snapshot.",

  ...captureNoticeTexts,
  ...scriptNoticeTexts,

  "delta-disk-replaced": () => "The disk was replaced since the previous recovery point.",
  "delta-disk-resized": () => "The disk was resized since the previous recovery point.",
  "delta-snapshot-missing": () => "The previous recovery point has no snapshot to compare with.",
  "delta-snapshot-other-disk": () => "The kept snapshot is of another disk.",
  "delta-snapshot-other-chain": () => "The kept snapshot belongs to another chain of snapshots.",
  "delta-snapshot-origin-unknown": () =>
    "Azure does not report which disk and chain the kept snapshot belongs to.",
  "delta-snapshot-unreadable": ({ azureMessage }) => `The kept snapshot cannot be read. ${azureMessage}`,
  "delta-ranges-refused": ({ azureMessage }) => `Azure did not list the changed ranges. ${azureMessage}`,
  "delta-base-damaged": () =>
    "The map of the previous recovery point cannot be read in the vault, so every allocated block is stored without it.",
  "delta-confirming": () => "Every allocated block is compared, to confirm Azure’s list of changes.",
  "delta-lists-turned-off": () =>
    "Azure’s list of changes was wrong for this disk before, so every allocated block is compared.",
  "changed-ranges-wrong": ({ disk, blocks, firstOffset }) =>
    `Azure’s list of changes of disk ${disk} omitted ${count(blocks, "block")} of 64 KiB, the first at byte ${firstOffset}. The recovery point has them. The lists are turned off for this disk until a person allows them again.`,
  "restore-planned": ({ sourceDisk, vm, targetDisk, plannedBytes }) =>
    `${sourceDisk} of ${vm}: ${formatBytes(plannedBytes)} to write to ${targetDisk}.`,
  "disk-creating": () => "Azure is creating the disk.",
  "disk-created": () => "The disk is created.",
  "write-access-opened": () => "Write access to the disk is open.",
  "disk-checking": () => "Azure is checking the disk.",
  "disk-restored": ({ disk }) => `Disk ${disk} is ready to use.`,
  "point-intact": ({ mode, checkedBytes }) =>
    `The recovery point is intact; ${formatBytes(checkedBytes)} checked (${mode}).`,
  "point-damaged": ({ mode, checkedBytes, problems, problem }) =>
    `The recovery point is damaged: ${count(problems, "problem")} found, first: ${problem} ${formatBytes(checkedBytes)} checked (${mode}).`,
  "point-tables-damaged": ({ mode, checkedBytes, problems, problem }) =>
    `The recovery point can be read, but tables of contents of its packs cannot: ${count(problems, "problem")}, first: ${problem} ${formatBytes(checkedBytes)} checked (${mode}).`,
  "kept-snapshot-removing": () => "Azure is removing the kept snapshot.",
  "point-deleted": () => "The recovery point is deleted.",
  "point-already-deleted": () => "The recovery point was already deleted.",

  "step-done": () => "Done.",
  "step-not-needed": () => "Not needed.",
  "step-parked": ({ errorMessage }) => `Waiting for the end of an outage: ${errorMessage}`,
  "step-retrying": ({ errorMessage }) => `Trying again: ${errorMessage}`,
  "step-failed": ({ errorMessage }) => errorMessage,
  "step-canceled": () => "Stopped: the job was canceled.",
  "step-not-reached-failed": () => "Not reached: the job failed.",
  "step-not-reached-canceled": () => "Not reached: the job was canceled.",

  "occurrence-missed": () => "This backup was missed. A later backup replaces it.",
  "occurrence-skipped": () => "The previous backup of this virtual machine had not ended.",
  "occurrence-late": () => "Started late: no engine was running at the scheduled time.",

  "occurrence-connection-disabled": ({ connection }) =>
    `The connection ${connection} is disabled, so no backup started.`,
  "occurrence-not-connected": () =>
    "No connection to Azure reads the subscription of this virtual machine, so no backup started.",

  "azure-healthy": () => "Azure responds.",
  "vault-healthy": ({ vault }) => `${vault} responds.`,
  "vault-blob-healthy": ({ account, container }) => `Blob container ${container} of ${account} responds.`,
  "vault-folder-healthy": ({ folder }) => `Folder ${folder} responds.`,
  "transfer-parked": ({ vm }) => `An outage stops the transfer of a snapshot of ${vm}.`,
  "restore-parked": ({ vm }) => `An outage stops the restore of a disk of ${vm}.`,
  "copy-parked": ({ vm }) => `An outage stops the second copy of a recovery point of ${vm}.`,
  "deadline-at-risk": ({ vm, endsAt, deadlineAt }) =>
    `The backup of ${vm} is expected to end at ${endsAt}, too late or too close to its deadline at ${deadlineAt}.`,
  "deadline-unreachable": ({ vm, deadlineAt }) =>
    `The backup of ${vm} has no expected end before its deadline at ${deadlineAt}: no engine runs, or its transfer window does not open long enough.`,
  "deadline-passed": ({ vm, deadlineAt }) =>
    `The backup of ${vm} has not ended by its deadline at ${deadlineAt}.`,
  "policy-window-misses": ({ missed, runs }) =>
    `The transfer window does not open before the deadline of ${missed} of the next ${count(runs, "backup")}. Let it open on more days, or run the policy less often.`,
  "policy-window-short": ({ minutes }) =>
    `The transfer window is open for only ${count(minutes, "minute")} before the deadline of a backup.`,
  "policy-bandwidth-above-vault": ({ bandwidth, vault, most }) =>
    `The limit of ${bandwidth} MiB per second is never reached: vault ${vault} stores at most ${most}.`,
  "policy-bandwidth-above-engines": ({ bandwidth, engines, most }) =>
    `The limit of ${bandwidth} MiB per second is never reached: ${engines === 1 ? "the engine stores" : `${engines} engines together store`} at most ${most}.`,
  "transfer-starved": ({ vm, times }) =>
    `${count(times, "snapshot")} of ${vm} in a row were replaced by newer ones before their transfer, so no recovery point was made.`,
  "point-not-recorded": ({ vm }) =>
    `The last backup of ${vm} was moved, but its recovery point could not be recorded. Kluis removes what was moved. Start a backup.`,
  "deletion-stuck": ({ vm }) =>
    `The deletion of a recovery point of ${vm} has begun and cannot end. Kluis tries again automatically.`,
  "clocks-agree": () => "The clocks of engine, database and Azure agree.",
  "clocks-differ": ({ host, minutes }) =>
    `The clock of ${host} differs from the others by more than ${minutes} minutes.`,
  "scheduler-healthy": () => "The scheduler runs every 30 seconds.",
  "work-healthy": ({ done }) => `The last run succeeded: ${count(done, "item")}.`,
  "work-overdue": ({ minutes, limit }) =>
    `No run has succeeded for ${count(minutes, "minute")}; the limit is ${limit}.`,
  "work-failing": ({ work, failed }) => `${workTexts[work]}: ${count(failed, "item")} failed.`,
  "azure-degraded": () =>
    "Some subscriptions cannot be read. A platform owner sees the reason under Settings.",
  "vault-degraded": () => "A vault cannot be used. A platform owner sees the reason under Settings.",
  "work-degraded": () => "Some work of the engine fails. A platform owner sees the reason under Settings.",

  "restore-creates-disk": ({ name, sku, resourceGroup, location }) =>
    `Create the managed disk ${name} (${sku}) in resource group ${resourceGroup}, ${location}.`,
  "restore-opens-access": () => "Open write access to the disk during the upload.",
  "restore-writes": () => "Write all data from the vault; parts that are all zeros are skipped.",
  "restore-closes-access": () => "Close write access. Azure then checks the disk and leaves it unattached.",
  "restore-keeps-vm": () =>
    "The virtual machine and its disks do not change. Attach the new disk when it is ready.",
  "restore-name-taken": ({ name }) =>
    `If a disk named ${name} already exists, the job fails and changes nothing.`,
  "restore-sku-fallback": ({ from, to }) =>
    `The disk was ${from}, into which Azure accepts no upload; the new disk is ${to}.`,
  "restore-zone": ({ zone }) =>
    `The new disk is in availability zone ${zone}: a VM of that zone can attach it.`,
  "restore-changes-zone": ({ from, to }) =>
    `The disk was in availability zone ${from}; the new disk is in zone ${to}.`,
  "restore-drops-zone": ({ from }) =>
    `The disk was in availability zone ${from}; the new disk is in no zone, so that no VM in a zone can attach it.`,
  "restore-customer-key": ({ set }) =>
    `The new disk is encrypted with the disk encryption set ${set}. Without it the job fails before it creates a disk.`,
  "restore-platform-key": ({ set }) =>
    `The disk was encrypted with the disk encryption set ${set}; the new disk uses a platform key, as you chose.`,
  "restore-access-after-upload": ({ policy }) =>
    `The new disk accepts the upload over the public network. Its network access is set to ${policy} when the upload ends.`,
  "restore-changes-access": ({ from, to }) =>
    `The network access of the disk was ${from}; that of the new disk is ${to}.`,
  "restore-facts-not-recorded": () =>
    "An earlier version created this recovery point and did not record encryption, network access and capabilities of the disk. The new disk has Azure’s defaults.",
  "restore-default-performance": ({ sku }) =>
    `The performance settings of the disk do not apply to ${sku}; the new disk has Azure’s defaults.`,
  "restore-direct-drive": ({ sku }) =>
    `A VM that attaches a ${sku} disk must support it, and cannot use a host cache for it.`,
  "restore-new-vtpm": () =>
    "The new disk is a trusted launch disk with an empty virtual TPM: secrets that the old one sealed need their recovery keys.",
  "restore-encrypted-in-guest": () =>
    "Azure Disk Encryption had encrypted the disk: the new disk holds ciphertext, and its VM needs the recorded keys in the key vault.",
  "disk-access-setting": () => "Azure is setting the network access of the disk.",
  "restore-changes-sku": ({ from, to }) => `The disk was ${from}; the new disk is ${to}.`,
  "vm-failing": () => "The last backup failed.",
  "vm-at-risk": () => "No recovery point is as recent as the policy requires.",
  "vm-unprotected": () => "No policy. Not backed up.",
  "vm-waiting": () => "Protected. The first backup has not finished yet.",
  "vm-points-deleted": () =>
    "Protected. All recovery points were deleted; the next backup creates a new one.",
  "vm-protected": () => "The last backup meets the policy.",
  "vm-stopped": () => "Protection is stopped. The recovery points are kept.",
  "vm-deleted": () => "No longer in Azure. The recovery points stay until they expire.",
  "preview-clocks-change": () =>
    "The clocks change between these runs: the local times stay as written, the UTC times move.",
  "preview-points-expire": ({ points }) =>
    `Saving deletes ${count(points, "recovery point")} at the next clean-up.`,
  "preview-points-undo": ({ days }) => `They can be brought back for ${count(days, "day")}.`,
  "preview-more-vms": ({ judged, vms }) =>
    `The points of ${judged} of ${vms} virtual machines are listed here.`,
  "preview-many-snapshots": ({ days }) =>
    `Instant restore for ${days} days keeps many snapshots in Azure, and Azure charges for each.`,
  "policy-too-many-restore-points": ({ points, days, most }) =>
    `Instant restore for ${days} days keeps up to ${points} restore points of a VM in Azure. Azure allows ${most}.`,
  "policy-many-restore-points": ({ points, days, most }) =>
    `Instant restore for ${days} days keeps up to ${points} of the ${most} restore points that Azure allows of a VM. Manual backups and other products share the rest.`,
  "policy-too-many-runs": ({ runs, most }) =>
    `The schedule has ${runs} runs within an hour. Azure creates at most ${most} restore points of a VM in an hour.`,
  "policy-unknown-zone": ({ zone }) =>
    `The time zone ${zone} is unknown, so no backup is planned. Save the policy with an IANA zone such as Europe/Amsterdam.`,
  "policy-short-interval": ({ minutes, minimumMinutes, consistency }) =>
    `The shortest time between two runs is ${minutes} minutes. Azure documents ${minimumMinutes} minutes for ${consistency}-consistent restore points: it can delay or refuse a run, or make it less consistent.`,
  "retention-kept": () => "Kept.",
  "retention-kept-damaged": () => "Kept: damaged, and older good points are still kept.",
  "retention-removed": () => "Removed: no tier keeps it anymore.",
  "retention-removed-damaged": () => "Removed: damaged, and older than every point that is kept.",
  "health-ok": () => "OK.",
  "health-failed": () => "Failed. Sign in and open Settings for the reason.",
  "health-database-ok": () => "PostgreSQL responds.",
  "health-database-failed": () => "The database cannot be read.",
  "health-unknown": () => "Unknown while the database is unreachable.",
  "health-engines-ok": ({ engines }) =>
    engines === 1 ? "1 engine connected." : `${engines} engines connected.`,
  "health-no-engine": () => "No engine is running.",
  "health-engines-silent": () => "No engine has sent a heartbeat recently.",
  "health-not-checked": () => "The engine has not checked it yet.",
  "health-check-outdated": () => "The engine has not checked it recently.",
  "removal-stuck": ({ count: open, resource }) =>
    `Azure refuses to remove ${count(open, "resource")} of Kluis that nothing needs any more, ${open === 1 ? "" : "first "}${resource}.`,
  "vault-damaged": ({ vault, objects, object }) =>
    `Vault ${vault} has damaged or missing data at ${count(objects, "place")}, the newest in ${object}. Backups avoid it, and store that content again where the disks still have it.`,
  "vault-point-unaccounted": ({ vault, point }) =>
    `Collection cannot tell what recovery point ${point} in vault ${vault} needs, so it keeps what the point may need. Verify the point, or delete it.`,
  "vault-damage-open": ({ objects, points }) =>
    `${count(objects, "place")} of the vault damaged or missing; ${count(points, "recovery point")} affected.`,
  "points-damaged": ({ points, vm }) =>
    `${count(points, "recovery point")} of ${vm} cannot be read in full. The next backup heals what the disks still have.`,
  "points-healed": ({ points, vm }) =>
    `${count(points, "recovery point")} of ${vm} can be read in full again: the damaged content was stored again.`,
  "copy-planned": ({ vault, plannedBytes }) => `${formatBytes(plannedBytes)} to copy to vault ${vault}.`,
  "heal-planned": ({ vault, segments }) => `${segments} damaged parts to store again in vault ${vault}.`,
  "heal-stored": () => "What could be read was stored again.",
  "point-healed-from-copy": ({ pointId, vault }) =>
    `What recovery point ${pointId} of vault ${vault} needs was stored again from a copy.`,
  "point-not-healed": ({ vm, takenAt, vault, why }) =>
    `The damaged recovery point of ${vm} of ${takenAt} in vault ${vault} cannot be healed from its copy in another vault: ${healFailureTexts[why]}. Restore from the copy instead.`,
  "point-copied": ({ pointId, vault }) => `Vault ${vault} has the second copy ${pointId}.`,
  "vault-copy-late": ({ vault, target, points, hours }) =>
    `Vault ${target} misses ${count(points, "recovery point")} of vault ${vault}, the oldest for ${count(hours, "hour")}.`,
  "point-deletion-waits": () =>
    "Vault and database differ. The content is deleted when a person has decided about it.",
  "vault-database-older": ({ vault, points }) =>
    `Vault ${vault} has ${count(points, "recovery point")} that this database does not know: the database was restored from a backup. Nothing is deleted. Take them over with: kluis vaults reconcile ${vault}`,
  "vault-rolled-back": ({ vault, points }) =>
    `The storage of vault ${vault} misses ${count(points, "recovery point")}, among them the newest: it was restored from a backup, or they were deleted outside Kluis. Nothing is deleted. Accept it with: kluis vaults reconcile ${vault}`,
  "vault-foreign": ({ vault, other }) =>
    `The storage of vault ${vault} holds another vault (${other}). Backups wait. Put the right storage in its place, or make another vault the default.`,
  "vault-missing": ({ vault }) =>
    `The storage of vault ${vault} holds no vault. Backups wait, and nothing is created there. Mount its folder, undelete its container, or make another vault the default.`,
  "vault-unknown-objects": ({ vault, objects, object }) =>
    `Vault ${vault} has ${count(objects, "object")} that the database does not know, the first is ${object}. They are kept. Take over those that are of the vault with: kluis vaults reconcile ${vault}`,
  "vault-no-recovery-key": ({ vault }) =>
    `Vault ${vault} has no recovery key. Without one, a lost key file is a lost vault. Make one with: kluis keys add-recovery ${vault}`,
  "vault-recovery-key-unproven": ({ vault }) =>
    `The recovery key of vault ${vault} is not proven. Type it once, to know that the paper is right: kluis keys prove-recovery ${vault}`,
  "vault-key-out-of-reach": ({ vault, keyVault }) =>
    `${keyVault} does not open vault ${vault}. Its other keys do, and backups continue.`,
  "vault-slots-strange": ({ vault, objects, object }) =>
    `${count(objects, "object")} among the key slots of vault ${vault} ${objects === 1 ? "is" : "are"} not explained by a change of its keys, first ${object}. They open nothing for Kluis. Check who can write to its storage.`,
  "rule-refused": ({ rule, vms, vm }) =>
    `The assignment rule ${rule} cannot protect ${count(vms, "virtual machine")} that it matches, ${vm} first.`,
  "exclusion-ends": ({ vm, endsAt, owner }) =>
    `The exclusion of ${vm} from assignment rules ends at ${endsAt}. Its owner is ${owner}.`,
  "guardrails-not-kept": (not) =>
    `Not within the guardrails: policies ${not.policies}, vaults ${not.vaults}, teams ${not.teams}.`,
  "health-attention": ({ count: open }) =>
    open === 1 ? "1 matter needs attention." : `${open} matters need attention.`,
  ...damageNoticeTexts,
  ...ledgerNoticeTexts,
};

/** Every code, in the order of the catalog. */
export const noticeCodes: readonly NoticeCode[] = Object.keys(texts).filter(isNoticeCode);

function isNoticeCode(code: string): code is NoticeCode {
  return Object.hasOwn(texts, code);
}

export function notice<C extends NoticeCode>(code: C, params: NoticeParams[C]): Notice<C> {
  return { code, params };
}

/** The notice in English. */
export function noticeText<C extends NoticeCode>({ code, params }: Notice<C>): string {
  return texts[code](params);
}

/** The reason of an error as a notice keeps it. */
export function failureParams(error: { readonly code: ErrorCode; readonly message: string }): Failure {
  return { errorCode: error.code, errorMessage: error.message };
}

/** A notice as stored or sent. Parameters are scalars; their types are those of `NoticeParams`. */
export const noticeSchema = z.object({
  code: z.string().refine(isNoticeCode),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
/** A notice that was read back: its parameters are scalars by name. */
export type StoredNotice = z.infer<typeof noticeSchema>;

/** Reads a stored notice. Null when there is none, or when another version wrote a code that this one does not know. */
export const storedNoticeSchema = noticeSchema.nullable().catch(null);
