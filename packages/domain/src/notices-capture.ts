/** Notices of the capture of a snapshot: rungs that failed, and disks that changed. notices.ts joins them to the catalog. */

type None = Readonly<Record<never, never>>;
type Said = { readonly azureMessage: string };

export interface CaptureNoticeParams {
  "extension-left-to-azure": Said;
  "snapshot-trying-again": Said;
  "guest-vss-failed": Said;
  "guest-com-plus-failed": Said;
  "guest-failed": Said;
  "guest-policy-denied": Said;
  "guest-extensions-forbidden": None;
  "snapshot-vm-changed": Said;
  "snapshot-busy": Said;
  "snapshot-unsupported": Said;
  "restore-points-full": Said;
  "snapshots-full": Said;
  "snapshot-failed": Said;
  "vm-started-meanwhile": None;
  "disk-detached": None;
  "disk-removed-meanwhile": None;
}

export const captureNoticeTexts: {
  readonly [C in keyof CaptureNoticeParams]: (params: CaptureNoticeParams[C]) => string;
} = {
  "extension-left-to-azure": ({ azureMessage }) =>
    `The snapshot extension was not installed beforehand. Azure installs it with the snapshot. ${azureMessage}`,
  "snapshot-trying-again": ({ azureMessage }) =>
    `Azure did not create the snapshot; Kluis looks at the VM and tries again. ${azureMessage}`,
  "guest-vss-failed": ({ azureMessage }) =>
    `The VSS writers of the guest did not take part in the snapshot. ${azureMessage}`,
  "guest-com-plus-failed": ({ azureMessage }) =>
    `COM+ of the guest did not take part in the snapshot. ${azureMessage}`,
  "guest-failed": ({ azureMessage }) => `The guest did not take part in the snapshot. ${azureMessage}`,
  "guest-policy-denied": ({ azureMessage }) =>
    `An Azure policy denied a snapshot with the guest. ${azureMessage}`,
  "guest-extensions-forbidden": () =>
    "The virtual machine does not allow extensions (allowExtensionOperations is false), so its guest did not take part in the snapshot.",
  "snapshot-vm-changed": ({ azureMessage }) =>
    `The VM changed each time that Azure created the snapshot. ${azureMessage}`,
  "snapshot-busy": ({ azureMessage }) =>
    `Another operation kept Azure from creating the snapshot. ${azureMessage}`,
  "snapshot-unsupported": ({ azureMessage }) =>
    `Azure does not support this kind of snapshot for the VM. ${azureMessage}`,
  "restore-points-full": ({ azureMessage }) =>
    `The VM has as many restore points as Azure allows. ${azureMessage}`,
  "snapshots-full": ({ azureMessage }) => `A disk has as many snapshots as Azure allows. ${azureMessage}`,
  "snapshot-failed": ({ azureMessage }) => `Azure could not create the snapshot. ${azureMessage}`,
  "vm-started-meanwhile": () =>
    "The virtual machine was started while the snapshot was created, so its guest did not take part.",
  "disk-detached": () => "The disk was detached before the snapshot was created.",
  "disk-removed-meanwhile": () =>
    "The disk was replaced while the snapshot was created, and no longer exists.",
};
