import { diskKeySchema, textLine } from "@kluis/domain";
import { z } from "zod";
import { maybeRequested } from "../approvals/inputs.ts";
import { policyRef, vmRef } from "../inputs.ts";

export const setProtectionInput = z.strictObject({
  vm: vmRef,
  policy: policyRef,
  /** Without it: the disks that are excluded now. */
  excludedDisks: z.array(diskKeySchema).max(64).optional(),
  ...maybeRequested,
});
export type SetProtectionInput = z.infer<typeof setProtectionInput>;

export const previewProtectionInput = z.strictObject({ vm: vmRef, policy: policyRef });
export type PreviewProtectionInput = z.infer<typeof previewProtectionInput>;

export const allowListsInput = z.strictObject({
  vm: vmRef,
  /** Name or unique id of a disk of the VM. */
  disk: textLine.min(1).max(200),
});
export type AllowListsInput = z.infer<typeof allowListsInput>;

export const stopProtectionInput = z.strictObject({
  vm: vmRef,
  /** Deletes the recovery points too, in a way that can be undone. */
  deletePoints: z
    .strictObject({
      /** The name of the VM, typed again. */
      confirm: textLine.max(200),
    })
    .optional(),
  /** A deletion needs a reason. */
  ...maybeRequested,
});
export type StopProtectionInput = z.infer<typeof stopProtectionInput>;
