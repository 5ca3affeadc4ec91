/**
 * The words that `@kluis/azure` speaks with the engine. Everything here is plain data (JSON-serialisable) unless it says
 * otherwise, so that it can be kept in a job's checkpoint; secrets (`SasUrl`) are not plain data on purpose.
 */
import type { OsType, VmFacts } from "@kluis/domain";
import type { Sas } from "./sas.ts";

/** JSON as it came over the wire: kept whole, because the SDK's models drop fields that they do not know. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A run of bytes of a disk. `zero`: reads as zeros. Offsets and lengths are bytes; lengths are above 0. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly kind: "data" | "zero";
}

/** The shape of the vault's reader of a source disk (structurally equal to `@kluis/vault`'s BlockSource). */
export interface BlockSource {
  readonly size: number;
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
}

/** Which disk of a VM: the OS disk, or a data disk by its logical unit number. */
export type DiskSlot = "os" | number;

export interface VmDiskRef {
  readonly slot: DiskSlot;
  readonly name: string;
  /** ARM id of the managed disk; null for an ephemeral or unmanaged disk. */
  readonly diskId: string | null;
  readonly ephemeral: boolean;
  readonly writeAccelerated: boolean;
  readonly caching: string | null;
}

/** One VM as a listing shows it: the facts of the catalog, as far as a listing has them. */
export interface VmInfo extends Omit<VmFacts, "agentState" | "disks"> {
  /** ARM id with Azure's own letter case, for display and for calls. Compare by `resourceId`. */
  readonly id: string;
  readonly diskRefs: readonly VmDiskRef[];
}

export interface ExtensionState {
  readonly name: string;
  readonly publisher: string;
  readonly type: string;
  readonly version: string;
  readonly provisioningState: string;
  /** Message of the extension's status in the instance view, when it gave one. */
  readonly message: string | null;
}

export interface VmDetails extends VmInfo, Pick<VmFacts, "agentState"> {
  /** The whole GET answer without its instance view: what a manifest keeps to rebuild the VM. */
  readonly configuration: Json;
  readonly extensions: readonly ExtensionState[];
}

/** Why a disk cannot be part of a backup. `code` is stable. */
export interface DiskRefusal {
  readonly code:
    | "ephemeral"
    | "unmanaged"
    | "shared"
    | "ultra-crash-consistent"
    | "write-accelerated-crash-consistent"
    | "no-export"
    | "sector-size"
    | "missing";
  readonly reason: string;
}

export interface DiskFacts {
  readonly slot: DiskSlot;
  readonly name: string;
  readonly diskId: string;
  /** Bytes of data, without the VHD footer. */
  readonly sizeBytes: number;
  readonly sku: string;
  /** Azure's unique id of this disk: changes when the disk is replaced, also under the same name. */
  readonly uniqueId: string;
  readonly osType: OsType | null;
  readonly hyperVGeneration: string | null;
  readonly location: string;
  readonly zones: readonly string[];
  readonly logicalSectorSize: number;
  readonly maxShares: number;
  readonly networkAccessPolicy: string;
  readonly writeAccelerated: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A disk of a VM with what Azure says of it, or why it cannot be protected. */
export interface DiskFinding {
  readonly ref: VmDiskRef;
  readonly facts: DiskFacts | null;
  readonly refusal: DiskRefusal | null;
}

/** The level that a restore point reached. */
export type Consistency = "application" | "file-system" | "crash";

export interface DiskRestorePointFacts {
  readonly id: string;
  readonly name: string;
  readonly slot: DiskSlot;
  readonly sourceDiskId: string;
  /** `uniqueId` of the disk that it was taken of; a delta base must have the same. */
  readonly sourceUniqueId: string;
  readonly familyId: string;
  /** 100 when the data can be read. */
  readonly completionPercent: number;
}

export interface RestorePointFacts {
  readonly id: string;
  readonly collectionId: string;
  readonly name: string;
  /** ISO 8601, the instant of the snapshot. */
  readonly createdAt: string;
  readonly consistency: Consistency;
  readonly disks: readonly DiskRestorePointFacts[];
}

export interface RestorePointRequest {
  readonly vmId: string;
  readonly location: string;
  /** Names and tags derive from these two, so a repeated request meets its own resource. */
  readonly jobId: string;
  readonly installationId: string;
  /** Ask for crash consistency only (VM not running, or a policy without agent). */
  readonly crashConsistent: boolean;
  readonly excludeDiskIds: readonly string[];
}

/** A long-running operation of Azure, as a job's checkpoint keeps it between two looks. Plain data, no secret. */
export interface AzureOperation {
  readonly kind:
    | "extension"
    | "restore-point"
    | "delete-restore-point"
    | "create-disk"
    | "finish-upload"
    | "delete-disk"
    | "run-command";
  /** ARM id of the resource that it works on. */
  readonly target: string;
  readonly subscriptionId: string;
  /** The SDK poller's serialised state; empty when the resource itself is looked at. */
  readonly poller: string;
}

/** What one short look at a long-running operation finds. A failed operation throws a KluisError instead. */
export type Poll<Result> =
  | { readonly status: "running"; readonly operation: AzureOperation; readonly retryAfterMs: number }
  | { readonly status: "done"; readonly result: Result };

/** What protection changes in a Windows guest, as read from the guest by run command. */
export interface WindowsGuestFacts {
  /** Display version of Microsoft Visual C++ 2013 Redistributable (x64), null when it is not installed. */
  readonly vcRedist2013: string | null;
  /** Start-up type of the Volume Shadow Copy service: Automatic, Manual or Disabled. */
  readonly vssStartType: string | null;
  readonly iaasVmProviderInstalled: boolean;
}

/** Read or write access to a disk's bytes. Holds a secret: never stored, never logged. */
export interface Grant {
  readonly resourceId: string;
  readonly sas: Sas;
  /** Epoch milliseconds at which it ends, by the duration that was asked for. */
  readonly expiresAt: number;
}

export interface UploadDiskRequest {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly sku: string;
  /** Bytes of data without footer; a whole number of MiB, at least 20 MiB. */
  readonly sizeBytes: number;
  readonly osType: OsType | null;
  readonly hyperVGeneration: string | null;
  readonly zones: readonly string[];
  readonly jobId: string;
  readonly installationId: string;
}

/** Something in Azure that carries this installation's tag. */
export interface OwnedResource {
  readonly kind: "restore-point-collection" | "restore-point" | "disk";
  readonly id: string;
  readonly name: string;
  readonly jobId: string | null;
  /** ISO 8601, null when Azure does not say. */
  readonly createdAt: string | null;
  /** Disks only: Unattached, ReadyToUpload, ActiveUpload, ActiveSAS, … */
  readonly diskState: string | null;
}
