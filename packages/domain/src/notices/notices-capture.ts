/** Notices of the capture of a snapshot: rungs that failed, and disks that changed. notices.ts joins them to the catalog. */
import type { Consistency } from "../policies/consistency.ts";

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
  "snapshot-policy-denied": Said;
  "snapshot-vm-changed": Said;
  "snapshot-busy": Said;
  "snapshot-unsupported": Said;
  "restore-points-full": Said;
  "snapshots-full": Said;
  "snapshot-failed": Said;
  "vm-started-meanwhile": None;
  "vm-state-unknown": None;
  "vm-stop-unproven": None;
  "guest-preparing": None;
  "guest-vss-copy-not-set": Said;
  "guest-runtime-missing": None;
  "guest-runtime-present": { readonly version: string };
  "guest-runtime-same": { readonly version: string };
  "guest-runtime-installed": { readonly version: string };
  "guest-runtime-changed": { readonly from: string; readonly version: string };
  "guest-vss-start-type": { readonly startType: string };
  "guest-vss-start-type-same": { readonly startType: string };
  "guest-vss-start-type-changed": { readonly from: string; readonly startType: string };
  "guest-provider-missing": None;
  "guest-provider-present": None;
  "guest-provider-same": None;
  "guest-provider-installed": None;
  "guest-vss-copy": None;
  "guest-vss-full": None;
  "consistency-downgrades": {
    readonly points: number;
    readonly wanted: Consistency;
    readonly reached: Consistency;
  };
  "disk-detached": None;
  "disk-removed-meanwhile": None;
  "disk-snapshots-created": { readonly disks: number; readonly consistency: Consistency };
  "delta-snapshot-other-kind": None;
  "captured-by-disk-size": { readonly size: string };
  "captured-by-disk-kind": { readonly disks: string };
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
  "snapshot-policy-denied": ({ azureMessage }) => `An Azure policy denied the snapshot. ${azureMessage}`,
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
  "vm-state-unknown": () =>
    "Azure does not say whether the virtual machine was still stopped after the snapshot: its power state is unknown.",
  "vm-stop-unproven": () =>
    "The virtual machine was stopped around the time of the snapshot, and nothing proves that it was stopped first.",
  "guest-preparing": () => "Kluis prepares the guest for the snapshot.",
  "guest-vss-copy-not-set": ({ azureMessage }) =>
    `The policy requires VSS copy backups, and the guest did not confirm the setting, so it did not take part in the snapshot. ${azureMessage}`,
  "guest-runtime-missing": () => "Microsoft Visual C++ 2013 Redistributable (x64) is not installed.",
  "guest-runtime-present": ({ version }) =>
    `Microsoft Visual C++ 2013 Redistributable (x64) ${version} is installed.`,
  "guest-runtime-same": ({ version }) =>
    `Microsoft Visual C++ 2013 Redistributable (x64) ${version} was installed before protection began.`,
  "guest-runtime-installed": ({ version }) =>
    `Protection installed Microsoft Visual C++ 2013 Redistributable (x64) ${version}.`,
  "guest-runtime-changed": ({ from, version }) =>
    `Protection changed Microsoft Visual C++ 2013 Redistributable (x64) from ${from} to ${version}.`,
  "guest-vss-start-type": ({ startType }) => `The service Volume Shadow Copy has startup type ${startType}.`,
  "guest-vss-start-type-same": ({ startType }) =>
    `The startup type of the service Volume Shadow Copy did not change: ${startType}.`,
  "guest-vss-start-type-changed": ({ from, startType }) =>
    `Protection changed the startup type of the service Volume Shadow Copy from ${from} to ${startType}.`,
  "guest-provider-missing": () => "The service IaaSVmProvider is not installed.",
  "guest-provider-present": () => "The service IaaSVmProvider is installed.",
  "guest-provider-same": () => "The service IaaSVmProvider was installed before protection began.",
  "guest-provider-installed": () => "Protection installed the service IaaSVmProvider.",
  "guest-vss-copy": () => "The guest takes VSS copy backups, which truncate no logs.",
  "guest-vss-full": () => "The guest takes VSS full backups again.",
  "consistency-downgrades": ({ points, wanted, reached }) =>
    `The last ${points} recovery points are less consistent than the policy requests: the newest is ${reached}-consistent instead of ${wanted}-consistent.`,
  "disk-detached": () => "The disk was detached before the snapshot was created.",
  "disk-removed-meanwhile": () =>
    "The disk was replaced while the snapshot was created, and no longer exists.",
  "disk-snapshots-created": ({ disks, consistency }) =>
    `${disks === 1 ? "A snapshot of 1 disk was" : `Snapshots of ${disks} disks were`} created, ${consistency}-consistent.`,
  "delta-snapshot-other-kind": () =>
    "The kept snapshot and the new one are of different kinds: a restore point, and snapshots of single disks.",
  "captured-by-disk-size": ({ size }) =>
    `Each disk of the stopped virtual machine has a snapshot, because Azure creates no restore point of a stopped VM of size ${size}.`,
  "captured-by-disk-kind": ({ disks }) =>
    `Each disk of the stopped virtual machine has a snapshot, because a restore point of a stopped VM cannot include: ${disks}.`,
};
