import {
  attentionView,
  historyDayView,
  vmRow as storedRow,
  vmCountsView,
  vmFacetsView,
  vmView as vmFacts,
  vmSnapshotView,
} from "@kluis/db";
import {
  consistencySchema,
  countView,
  diskKeySchema,
  instantView,
  noticeSchema,
  pageView,
  protectionStates,
  refView,
  storedPolicyDocumentSchema,
  suitabilityFindingSchema,
  suitabilitySigns,
  vmDiskSchema,
} from "@kluis/domain";
import { z } from "zod";

/** A VM in a list, without the facts that only its page shows. */
const vmRow = storedRow.omit({ disks: true, traits: true, excludedDisks: true }).extend({
  /** The worst of the findings; null: none to show. `vms.get` has the findings. */
  suitability: z.enum(suitabilitySigns).nullable(),
});
export const vmPage = pageView(vmRow);

/** A finding about the VM's backups, with its English texts. */
const findingView = suitabilityFindingSchema.extend({ text: z.string(), action: z.string() });

/** A disk of a VM, and whether it is backed up. */
const vmDiskView = z.object({
  ...vmDiskSchema.omit({ uniqueId: true }).shape,
  unsupportedNotice: noticeSchema.nullable().default(null),
  /** Whether the protection leaves it out. */
  excluded: z.boolean(),
});

const vmProtectionView = z.object({
  policy: refView,
  state: z.enum(protectionStates),
  since: instantView,
  stoppedAt: instantView.nullable(),
  excludedDisks: z.array(diskKeySchema),
  nextRunAt: instantView.nullable(),
  policySentence: z.string(),
  /** The input of `policySentence`; null when the policy no longer exists. */
  policyDocument: storedPolicyDocumentSchema.nullable(),
  extensionReadyAt: instantView.nullable(),
  /** Changes inside a Windows guest, and the scripts of a Linux guest; null until a backup has looked. */
  guestChanges: z.record(z.string(), z.unknown()).nullable(),
});

/** How far Azure's lists of changed ranges are trusted for a disk. */
const diskListsView = z.object({
  diskUniqueId: z.string(),
  name: z.string(),
  /** Deltas made from lists, and those that a comparison confirmed, since the first or since they were allowed again. */
  deltas: z.int(),
  confirmed: z.int(),
  confirmedAt: instantView.nullable(),
  /** Since when the lists are off; null while they are in use. */
  turnedOffAt: instantView.nullable(),
  /** The list that was wrong: omitted blocks of 64 KiB, and the offset of the first in bytes. */
  wrongList: z.object({ jobId: z.string(), blocks: z.int(), firstOffset: z.int() }).nullable(),
});

/** What the caller may do with a VM; the server decides again at each call. */
const vmRights = z.object({
  backup: z.boolean(),
  protect: z.boolean(),
  download: z.boolean(),
  restore: z.boolean(),
  deletePoints: z.boolean(),
});

export const vmView = vmFacts.omit({ excludedDisks: true }).extend({
  /** Worst first. Empty: a backup needs nothing. */
  suitability: z.array(findingView),
  disks: z.array(vmDiskView),
  lists: z.array(diskListsView),
  /** Snapshots that are kept in Azure, or that are to be removed, newest first; at most 100. */
  snapshots: z.array(vmSnapshotView),
  /** How many of the newest points in a row are less consistent than requested, and the levels of the newest; null: none. */
  downgrades: z
    .object({ points: countView, wanted: consistencySchema, reached: consistencySchema })
    .nullable(),
  protection: vmProtectionView.nullable(),
  /** The second copies of its recovery points, by the vault that gets them. */
  copies: z.array(
    z.object({
      to: z.string(),
      /** Recovery points that the vault is to hold, and those of them that it does not hold. */
      points: countView,
      behind: countView,
      /** Since when the oldest of those waits. */
      since: instantView.nullable(),
    }),
  ),
  /** What needs attention of it, newest first. */
  raised: z.array(attentionView),
  /** The reason of the status, in one English sentence. */
  statusReason: z.string(),
  statusReasonNotice: noticeSchema,
  /** The last 30 days, oldest first. */
  history: z.array(historyDayView),
  can: vmRights,
});
export type VmView = z.infer<typeof vmView>;

export const facetsView = vmFacetsView.extend({ statuses: vmCountsView });

export const refreshView = z.object({
  /** False when the engine was still reading after 20 s. */
  finished: z.boolean(),
  /** Visible VMs that exist in Azure. */
  vms: z.int(),
});
