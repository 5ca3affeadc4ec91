/**
 * The data that `@kluis/azure` exchanges with the engine. All of it is plain JSON that a job's checkpoint can store, except
 * {@link Grant}, which holds a secret.
 */
import type { AzureConsistency, DiskAccess, DiskFacts, RestoredDisk, VmFacts } from "@kluis/domain";
import type { Sas } from "./sas.ts";

/** JSON as Azure sent it: stored whole, because the SDK's models drop fields that they do not know. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A disk of a VM: the OS disk, or a data disk by its logical unit number. */
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

/** What Kluis reads of a VM's instance view: plain JSON. */
export interface VmStateView {
  readonly statuses?: readonly StatusView[] | undefined;
  readonly vmAgent?:
    | {
        readonly statuses?: readonly StatusView[] | undefined;
        readonly extensionHandlers?: readonly { readonly type?: string | undefined }[] | undefined;
      }
    | undefined;
  readonly extensions?: readonly { readonly type?: string | undefined }[] | undefined;
}

interface StatusView {
  readonly code?: string | undefined;
  readonly displayStatus?: string | undefined;
}

/** The facts of a VM that its model has, without its run-time state, its size and details of its disks. */
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
  /** Message of the extension's status in the instance view, when there is one. */
  readonly message: string | null;
}

export interface VmDetails extends VmInfo, Pick<VmFacts, "agentState"> {
  /** The whole GET answer without its instance view: a manifest stores it to rebuild the VM. */
  readonly configuration: Json;
  readonly extensions: readonly ExtensionState[];
}

/** A disk of a VM with Azure's facts about it; null when Azure does not know the disk, or it is not a managed disk. */
export interface DiskFinding {
  readonly ref: VmDiskRef;
  readonly facts: DiskFacts | null;
  /** The GET answer as Azure sent it; null from a list. */
  readonly raw: Json;
}

export interface DiskRestorePointFacts {
  readonly id: string;
  readonly name: string;
  readonly slot: DiskSlot;
  readonly sourceDiskId: string;
  /** `uniqueId` of the source disk; a delta base must have the same. */
  readonly sourceUniqueId: string;
  readonly familyId: string;
  /** 100 when the data can be read. */
  readonly completionPercent: number;
  /** Size of the captured disk; null when Azure reports only gibibytes, rounded, or nothing. */
  readonly sizeBytes: number | null;
  readonly sizeGb: number | null;
}

/** The snapshot of one disk. */
export interface DiskSnapshotFacts extends DiskRestorePointFacts {
  /** Instant of the snapshot, ISO 8601. */
  readonly createdAt: string;
}

export interface DiskSnapshotRequest {
  readonly vmId: string;
  readonly location: string;
  /** Names and tags derive from these and the slot, so a repeated request finds its own resource. */
  readonly jobId: string;
  readonly installationId: string;
  /** Number of the job's try. */
  readonly attempt: number;
  readonly slot: DiskSlot;
  readonly diskId: string;
  /** Who may reach the disk: its snapshot gets the same. */
  readonly access: DiskAccess;
}

export interface RestorePointFacts {
  readonly id: string;
  readonly collectionId: string;
  readonly name: string;
  /** Instant of the snapshot, ISO 8601. */
  readonly createdAt: string;
  readonly consistency: AzureConsistency;
  readonly disks: readonly DiskRestorePointFacts[];
}

export interface RestorePointRequest {
  readonly vmId: string;
  readonly location: string;
  /** Names and tags derive from these two, so a repeated request finds its own resource. */
  readonly jobId: string;
  readonly installationId: string;
  /** Tries of the job that failed before: each has its own restore point. */
  readonly attempt: number;
  /** Request crash consistency only (the VM is not running, or the policy wants no agent). */
  readonly crashConsistent: boolean;
  readonly excludeDiskIds: readonly string[];
}

/** Changes that protection makes in a Windows guest, as run command reads them. */
export interface WindowsGuestFacts {
  /** Version of Microsoft Visual C++ 2013 Redistributable (x64); null when it is not installed. */
  readonly vcRedist2013: string | null;
  /** Startup type of the Volume Shadow Copy service: Automatic, Manual or Disabled. */
  readonly vssStartType: string | null;
  readonly iaasVmProviderInstalled: boolean;
}

/** Read or write access to a disk's bytes. Holds a secret: never store or log it. */
export interface Grant {
  readonly resourceId: string;
  readonly sas: Sas;
  /** End of the access in epoch milliseconds, computed from the requested duration. */
  readonly expiresAt: number;
}

export interface UploadDiskRequest {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  /** Bytes of data without the footer: a whole number of MiB, at least 20 MiB. */
  readonly sizeBytes: number;
  readonly disk: RestoredDisk;
  readonly jobId: string;
  readonly installationId: string;
}

/** An Azure resource with this installation's tag. */
export interface OwnedResource {
  readonly kind: "restore-point-collection" | "restore-point" | "snapshot" | "disk";
  readonly id: string;
  readonly name: string;
  readonly jobId: string | null;
  /** ISO 8601; null when Azure does not report it. */
  readonly createdAt: string | null;
  /** Disks only: Unattached, ReadyToUpload, ActiveUpload, ActiveSAS, … */
  readonly diskState: string | null;
}
