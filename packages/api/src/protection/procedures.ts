import { procedure } from "../procedures.ts";
import { setProtectionInput, stopProtectionInput } from "./inputs.ts";
import { protectVm, stopProtection } from "./service.ts";
import { protectionView, stoppedView } from "./view.ts";

export const protectionProcedures = {
  /** Puts a VM under a policy and starts the first backup; changes policy and disks of a protected VM. */
  set: procedure
    .requires("protection:write")
    .input(setProtectionInput)
    .output(protectionView)
    .mutation(({ ctx, input }) => protectVm(ctx, input)),

  /** Ends scheduled backups; every recovery point stays. */
  stop: procedure
    .requires("protection:write")
    .input(stopProtectionInput)
    .output(stoppedView)
    .mutation(({ ctx, input }) => stopProtection(ctx, input)),
};
