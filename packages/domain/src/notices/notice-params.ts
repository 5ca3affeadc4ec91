/** The parameters of every notice; notices.ts has their English texts. */
import type { ErrorCode } from "../errors/errors.ts";
import type { WorkName } from "../health/recurring-names.ts";
import type { VerifyMode } from "../points/point.ts";
import type { Consistency } from "../policies/consistency.ts";
import type { HealFailure } from "../vaults/healing.ts";
import type { PowerState } from "../vms/vm-status.ts";
import type { CaptureNoticeParams } from "./notices-capture.ts";
import type { ScriptNoticeParams } from "./notices-scripts.ts";

/** Every notice with its parameters. Codes are stable: they are stored. */
export interface NoticeParams extends CaptureNoticeParams, ScriptNoticeParams {
  // Steps of a backup
  "backup-prepared": { readonly vm: string; readonly powerState: PowerState; readonly disks: number };
  "extension-not-needed-crash": None;
  "extension-not-needed-stopped": None;
  "extension-installing": { readonly extension: string };
  "extension-installed": { readonly extension: string };
  "guest-reading": None;
  "snapshot-creating": None;
  "snapshot-copying": { readonly percent: number };
  "snapshot-created": { readonly consistency: Consistency };
  "read-access-opened": { readonly disks: number };
  "transfer-planning": { readonly plannedBytes: number };
  "transfer-planned": { readonly disks: number; readonly plannedBytes: number };
  /** `fallbackDisks` disks are read in full, although their policy keeps snapshots to compare with. */
  "transfer-planned-fallback": {
    readonly disks: number;
    readonly plannedBytes: number;
    readonly fallbackDisks: number;
  };
  "segments-left": { readonly segments: number };
  "transfer-finished": { readonly movedBytes: number; readonly readBytes: number };
  "manifest-written": None;
  "snapshot-removing": None;
  "snapshot-removed": None;
  "snapshot-kept": { readonly keptUntilAt: string };
  "snapshot-removal-failed": Failure;
  "point-created": { readonly pointId: string; readonly consistency: Consistency };

  // Why a backup leaves out a disk
  "disk-excluded": None;
  "disk-ephemeral": None;
  "disk-unmanaged": None;
  "disk-missing": None;
  "disk-shared": None;
  "disk-no-export": None;
  "disk-sector-size": None;
  "disk-ultra-crash-consistent": None;
  "disk-write-accelerated-crash-consistent": None;
  "disk-public-access-disabled": None;
  "disk-entra-authorized": None;
  "disk-not-readable": None;
  "disk-too-large": None;

  // Why a snapshot is less consistent than the policy requests
  "guest-not-running": { readonly powerState: PowerState };
  "guest-agent-not-ready": None;
  "guest-agent-failed": { readonly azureMessage: string };
  "guest-extension-failed": { readonly azureMessage: string };
  "azure-crash-only": None;
  "vss-writer-failed": None;
  "guest-scripts-failed": None;

  // Why the changes of a disk were not listed although they should be
  "delta-disk-replaced": None;
  "delta-disk-resized": None;
  "delta-snapshot-missing": None;
  "delta-snapshot-other-disk": None;
  "delta-snapshot-other-chain": None;
  "delta-snapshot-origin-unknown": None;
  "delta-snapshot-unreadable": { readonly azureMessage: string };
  "delta-ranges-refused": { readonly azureMessage: string };
  "delta-confirming": None;
  "delta-base-damaged": None;
  "delta-lists-turned-off": None;
  /** `firstOffset`: of the first omitted block, in bytes from the start of the disk. */
  "changed-ranges-wrong": { readonly disk: string; readonly blocks: number; readonly firstOffset: number };

  // Steps of a restore, a verification and a deletion
  "restore-planned": {
    readonly sourceDisk: string;
    readonly vm: string;
    readonly targetDisk: string;
    readonly plannedBytes: number;
  };
  "disk-creating": None;
  "disk-created": None;
  "write-access-opened": None;
  "disk-checking": None;
  "disk-restored": { readonly disk: string };
  "disk-restored-in-part": { readonly disk: string; readonly missingBytes: number; readonly ranges: number };
  "point-intact": { readonly mode: VerifyMode; readonly checkedBytes: number };
  "point-damaged": {
    readonly mode: VerifyMode;
    readonly checkedBytes: number;
    readonly problems: number;
    /** The first problem, in English. */
    readonly problem: string;
  };
  /** The content can be read; only a rebuild of the index needs the tables. */
  "point-tables-damaged": NoticeParams["point-damaged"];
  "kept-snapshot-removing": None;
  "point-deleted": None;
  "point-already-deleted": None;

  // Steps of any job
  "step-done": None;
  "step-not-needed": None;
  "step-parked": Failure;
  "step-retrying": Failure;
  "step-failed": Failure;
  "step-canceled": None;
  "step-not-reached-failed": None;
  "step-not-reached-canceled": None;

  // Planned backups that did not start in time
  "occurrence-missed": None;
  "occurrence-skipped": None;
  "occurrence-late": None;
  "occurrence-connection-disabled": { readonly connection: string };
  "occurrence-not-connected": None;

  // Health
  "azure-healthy": None;
  /** Of earlier versions, and a vault whose storage does not say where it is. */
  "vault-healthy": { readonly vault: string };
  "vault-blob-healthy": { readonly account: string; readonly container: string };
  "vault-folder-healthy": { readonly folder: string };
  "transfer-parked": { readonly vm: string };
  "restore-parked": { readonly vm: string };
  "copy-parked": { readonly vm: string };
  "deadline-at-risk": { readonly vm: string; readonly endsAt: string; readonly deadlineAt: string };
  "deadline-unreachable": { readonly vm: string; readonly deadlineAt: string };
  "deadline-passed": { readonly vm: string; readonly deadlineAt: string };
  /** Of the next `runs`, `missed` end no transfer before their deadline. */
  "policy-window-misses": { readonly missed: number; readonly runs: number };
  "policy-window-short": { readonly minutes: number };
  // Limits of bandwidth in MiB per second, below that of a policy
  "policy-bandwidth-above-vault": {
    readonly bandwidth: number;
    readonly vault: string;
    readonly most: number;
  };
  "policy-bandwidth-above-engines": {
    readonly bandwidth: number;
    readonly engines: number;
    readonly most: number;
  };
  "transfer-starved": { readonly vm: string; readonly times: number };
  "point-not-recorded": { readonly vm: string };
  "deletion-stuck": { readonly vm: string };
  "clocks-agree": None;
  "clocks-differ": { readonly host: string; readonly minutes: number };
  "scheduler-healthy": None;
  "work-healthy": { readonly done: number };
  "work-overdue": { readonly minutes: number; readonly limit: number };
  "work-failing": { readonly work: WorkName; readonly failed: number };
  "azure-degraded": None;
  "vault-degraded": None;
  "work-degraded": None;

  // The plan of a restore: what will happen in Azure, then what to know before
  "restore-creates-disk": {
    readonly name: string;
    readonly sku: string;
    readonly resourceGroup: string;
    readonly location: string;
  };
  "restore-opens-access": None;
  "restore-writes": None;
  "restore-closes-access": None;
  "restore-keeps-vm": None;
  "restore-name-taken": { readonly name: string };
  "restore-sku-fallback": { readonly from: string; readonly to: string };
  "restore-zone": { readonly zone: string };
  "restore-changes-zone": { readonly from: string; readonly to: string };
  "restore-drops-zone": { readonly from: string };
  "restore-customer-key": { readonly set: string };
  "restore-platform-key": { readonly set: string };
  "restore-access-after-upload": { readonly policy: string };
  "restore-changes-access": { readonly from: string; readonly to: string };
  "restore-facts-not-recorded": None;
  "restore-default-performance": { readonly sku: string };
  "restore-direct-drive": { readonly sku: string };
  "restore-new-vtpm": None;
  "restore-encrypted-in-guest": None;
  "disk-access-setting": None;
  "restore-changes-sku": { readonly from: string; readonly to: string };
  "restore-from-damaged": None;
  "restore-damaged-disk": { readonly damagedBytes: number; readonly ranges: number };
  "restore-skips-damage": { readonly damagedBytes: number; readonly ranges: number };
  "restore-skips-unknown": None;
  "restore-readable-disk": None;
  // The reason of a VM's status
  "vm-failing": None;
  "vm-at-risk": None;
  "vm-unprotected": None;
  "vm-waiting": None;
  /** As `vm-waiting`, but the VM had recovery points before. */
  "vm-points-deleted": None;
  "vm-protected": None;
  "vm-stopped": None;
  "vm-deleted": None;
  // The preview of a policy
  "preview-clocks-change": None;
  "preview-points-expire": { readonly points: number };
  "preview-points-undo": { readonly days: number };
  "preview-more-vms": { readonly judged: number; readonly vms: number };
  "preview-many-snapshots": { readonly days: number };
  // What Azure does not allow of a policy, or not always
  "policy-too-many-restore-points": { readonly points: number; readonly days: number; readonly most: number };
  "policy-many-restore-points": { readonly points: number; readonly days: number; readonly most: number };
  "policy-too-many-runs": { readonly runs: number; readonly most: number };
  "policy-short-interval": {
    readonly minutes: number;
    readonly minimumMinutes: number;
    readonly consistency: Consistency;
  };
  "policy-unknown-zone": { readonly zone: string };
  // Whether retention keeps a recovery point; its tiers are beside the notice
  "retention-kept": None;
  "retention-kept-damaged": None;
  "retention-removed": None;
  "retention-removed-damaged": None;
  // The health of a part, where it is not the text of an error
  "health-ok": None;
  "health-failed": None;
  "health-database-ok": None;
  "health-database-failed": None;
  "health-unknown": None;
  "health-engines-ok": { readonly engines: number };
  "health-no-engine": None;
  "health-engines-silent": None;
  "health-not-checked": None;
  "health-check-outdated": None;
  "health-attention": { readonly count: number };
  // Second copies
  "copy-planned": { readonly vault: string; readonly plannedBytes: number };
  "heal-planned": { readonly vault: string; readonly segments: number };
  "heal-stored": None;
  "point-healed-from-copy": { readonly pointId: string; readonly vault: string };
  "point-not-healed": {
    readonly vm: string;
    readonly takenAt: string;
    readonly vault: string;
    readonly why: HealFailure;
  };
  "point-copied": { readonly pointId: string; readonly vault: string };
  // What needs attention
  /** `resource`: type and name of the longest refused one. */
  "vault-damaged": { readonly vault: string; readonly objects: number; readonly object: string };
  "vault-point-unaccounted": { readonly vault: string; readonly point: string };
  "vault-damage-open": { readonly objects: number; readonly points: number };
  "points-damaged": { readonly points: number; readonly vm: string };
  "points-healed": { readonly points: number; readonly vm: string };
  "point-deletion-waits": None;
  "vault-database-older": { readonly vault: string; readonly points: number };
  "vault-rolled-back": { readonly vault: string; readonly points: number };
  "vault-foreign": { readonly vault: string; readonly other: string };
  "vault-missing": { readonly vault: string };
  "vault-unknown-objects": { readonly vault: string; readonly objects: number; readonly object: string };
  "vault-no-recovery-key": { readonly vault: string };
  "vault-recovery-key-unproven": { readonly vault: string };
  "vault-copy-late": {
    readonly vault: string;
    readonly target: string;
    readonly points: number;
    readonly hours: number;
  };
  "vault-key-out-of-reach": { readonly vault: string; readonly keyVault: string };
  "vault-slots-strange": { readonly vault: string; readonly objects: number; readonly object: string };
  "rule-refused": { readonly rule: string; readonly vms: number; readonly vm: string };
  "exclusion-ends": { readonly vm: string; readonly endsAt: string; readonly owner: string };
  "guardrails-not-kept": { readonly policies: number; readonly vaults: number; readonly teams: number };
  "removal-stuck": { readonly count: number; readonly resource: string };
  // The ledger, from its first wrong event
  "ledger-edited": LedgerEvent;
  "ledger-missing": LedgerEvent;
  "ledger-reordered": LedgerEvent;
  "ledger-broken": LedgerEvent;
  "ledger-truncated": LedgerEvent;
  "ledger-rewritten": LedgerEvent;
  "ledger-unanchored": LedgerEvent;
  "ledger-copies-unread": { readonly code: string };
}

type None = Record<never, never>;
/** An error by its stable code, with its English text. */
export type Failure = { readonly errorCode: ErrorCode; readonly errorMessage: string };
/** The first wrong event. */
type LedgerEvent = { readonly seq: number };
