import { procedure } from "../procedures.ts";
import { previewProtection } from "./effect.ts";
import {
  allowListsInput,
  previewProtectionInput,
  setProtectionInput,
  stopProtectionInput,
} from "./inputs.ts";
import { allowDiskLists } from "./lists.ts";
import { protectVm } from "./service.ts";
import { stopProtection } from "./stop.ts";
import { listsAllowedView, protectionPreview, protectionView, stoppedView } from "./view.ts";

export const protectionProcedures = {
  /** Puts a VM under a policy and starts the first backup; changes policy and disks of a protected VM. */
  set: procedure
    .requires("protection:write")
    .input(setProtectionInput)
    .output(protectionView)
    .mutation(({ ctx, input }) => protectVm(ctx, input)),

  /** What the points of a VM lose when it comes under a policy; `set` refuses by the same rules. */
  preview: procedure
    .requires("protection:write")
    .input(previewProtectionInput)
    .output(protectionPreview)
    .query(({ ctx, input }) => previewProtection(ctx, input)),

  /** Allows Azure's lists of changed ranges again for a disk whose list was wrong; its next deltas are confirmed. */
  allowLists: procedure
    .requires("protection:write")
    .input(allowListsInput)
    .output(listsAllowedView)
    .mutation(({ ctx, input }) => allowDiskLists(ctx, input)),

  /** Ends scheduled backups. Every recovery point stays, unless their deletion is wanted and confirmed. */
  stop: procedure
    .requires("protection:write")
    .input(stopProtectionInput)
    .output(stoppedView)
    .mutation(({ ctx, input }) => stopProtection(ctx, input)),
};
