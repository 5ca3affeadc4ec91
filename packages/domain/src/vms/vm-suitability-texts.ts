/** English texts of the table in vm-suitability.ts; the portal's catalog has them in each language. */
import type { NoticeCode } from "../notices/notices.ts";
import type {
  DiskRefusalCode,
  SuitabilityCode,
  SuitabilitySeverity,
  SuitabilitySign,
} from "./vm-suitability.ts";

export interface SuitabilityText {
  /** The finding and its consequence. */
  readonly text: string;
  /** What the user can do. */
  readonly action: string;
}

export const suitabilityTexts = {
  "confidential-vm": {
    text: "Azure does not create restore points of confidential VMs.",
    action: "Back up the data with software inside the VM.",
  },
  "uniform-scale-set": {
    text: "The VM belongs to a scale set with uniform orchestration. Azure does not create restore points of its instances.",
    action: "Use a scale set with flexible orchestration, or keep the data outside the instances.",
  },
  "size-without-premium-storage": {
    text: "The next backup needs a crash-consistent restore point. Azure does not create one of a VM size without premium storage.",
    action:
      "Stop the VM, get its agent ready, use a policy that requests application consistency, or choose a size with premium storage.",
  },
  "unmanaged-disk": {
    text: "Azure creates restore points of managed disks only.",
    action: "Convert the VM to managed disks.",
  },
  "ephemeral-os-disk": {
    text: "An ephemeral OS disk has no snapshots.",
    action: "Redeploy the VM to get its OS disk back. Exclude the disk to protect the data disks.",
  },
  "disk-missing": {
    text: "The disk no longer exists in Azure, or the connection may not read it.",
    action: "Detach the disk from the VM, or check the rights of the connection.",
  },
  "shared-disk": {
    text: "Several VMs can attach the disk. Azure's restore points leave out shared disks.",
    action: "Exclude the disk and back up its data with the cluster's own software.",
  },
  "export-denied": {
    text: "The disk's network access policy is DenyAll, so its data cannot be read.",
    action: "Allow private access through a disk access, or public access.",
  },
  "public-access-disabled": {
    text: "Public network access to the disk is disabled and it has no private access, so its data cannot be read.",
    action:
      "Set the network access policy to AllowPrivate with a disk access, or enable public network access.",
  },
  "entra-authorized-disk": {
    text: "The disk requires a sign-in to Microsoft Entra beside the access URL, which Kluis does not send.",
    action: "Set the data access authentication mode of the disk to None.",
  },
  "sector-size-4096": {
    text: "The disk has sectors of 4096 bytes. Azure exports such disks as VHDX, which Kluis does not read.",
    action: "Move the data to a disk with sectors of 512 bytes.",
  },
  "disk-too-large": {
    text: "The disk is larger than 32 TiB. Azure accepts no upload of that size, so it could not be restored.",
    action: "Move the data to several smaller disks.",
  },
  "direct-drive-crash-consistent": {
    text: "Crash-consistent restore points leave out Ultra and Premium SSD v2 disks.",
    action:
      "Keep the VM running with its agent ready, and use a policy that requests application consistency.",
  },
  "write-accelerated-crash-consistent": {
    text: "Crash-consistent restore points leave out disks with write acceleration.",
    action:
      "Keep the VM running with its agent ready, and use a policy that requests application consistency.",
  },
  "private-access": {
    text: "The disk can be read through a private endpoint only.",
    action: "Run the engine in a network that reaches the disk access, with its private DNS zone.",
  },
  "encrypted-in-guest": {
    text: "Azure Disk Encryption encrypts the disk inside the guest. The backup holds ciphertext: files cannot be browsed.",
    action:
      "Keep the keys in the key vault as long as the recovery points. Encryption at host has no such limits.",
  },
  "agent-not-ready": {
    text: "The guest agent is not ready, so the guest does not take part in the snapshot.",
    action: "Check that the agent runs and reaches 168.63.129.16.",
  },
  "no-crash-fallback": {
    text: "The VM size has no premium storage. When it runs and its agent is not ready, no backup is possible.",
    action: "Keep the agent of the running VM ready, or choose a size with premium storage.",
  },
  "several-disks-newer-size": {
    text: "For this VM size Azure does not promise that a crash-consistent restore point is one instant over several data disks.",
    action: "Use a policy that requests application consistency.",
  },
  "host-cache-crash-consistent": {
    text: "A crash-consistent restore point does not contain writes that are only in the read/write host cache.",
    action: "Set the host cache of disks with important data to None or ReadOnly.",
  },
  "snapshot-of-each-disk": {
    text: "Azure creates no restore point of the stopped VM with all its disks, so the next backup takes a snapshot of each disk.",
    action:
      "Nothing is needed. The recovery point is file-consistent, as long as the VM stays stopped meanwhile.",
  },
  "too-many-disks": {
    text: "The VM has more than 32 disks. Azure documents backups of up to 32.",
    action: "Exclude disks that need no backup.",
  },
  "other-backup-product": {
    text: "An extension of another backup or replication product is installed. Its snapshots and those of Kluis count toward the same limits of Azure.",
    action: "Let one product protect the VM, or plan the backups at different hours.",
  },
  "trusted-launch": {
    text: "The VM uses trusted launch. The content of its virtual TPM is not part of a recovery point.",
    action: "Keep the recovery keys of BitLocker and of other secrets that the TPM protects.",
  },
  "customer-key": {
    text: "The disk is encrypted with a customer-managed key. A restored disk needs the same disk encryption set.",
    action: "Keep the disk encryption set and its key as long as the recovery points.",
  },
} as const satisfies Readonly<Record<SuitabilityCode, SuitabilityText>>;

export const suitabilitySeverityTexts = {
  refuses: "Not possible",
  warns: "Warning",
  notes: "Note",
} as const satisfies Readonly<Record<SuitabilitySeverity, string>>;

/** In lists. */
export const suitabilitySignTexts = {
  refuses: "No backup possible",
  partial: "Incomplete backup",
  warns: "Limited backup",
} as const satisfies Readonly<Record<SuitabilitySign, string>>;

/** The sentence that a job stores when a backup leaves out a disk. */
export const diskRefusalNotices = {
  "unmanaged-disk": "disk-unmanaged",
  "ephemeral-os-disk": "disk-ephemeral",
  "disk-missing": "disk-missing",
  "shared-disk": "disk-shared",
  "export-denied": "disk-no-export",
  "public-access-disabled": "disk-public-access-disabled",
  "entra-authorized-disk": "disk-entra-authorized",
  "sector-size-4096": "disk-sector-size",
  "disk-too-large": "disk-too-large",
  "direct-drive-crash-consistent": "disk-ultra-crash-consistent",
  "write-accelerated-crash-consistent": "disk-write-accelerated-crash-consistent",
} as const satisfies Record<DiskRefusalCode, NoticeCode>;
