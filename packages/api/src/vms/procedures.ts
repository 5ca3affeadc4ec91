import { procedure } from "../procedures.ts";
import { listVmsInput, vmInput } from "./inputs.ts";
import { refreshInventory } from "./inventory.ts";
import { getVm, listVms, vmFacets } from "./service.ts";
import { facetsView, refreshView, vmPage, vmView } from "./view.ts";

export const vmProcedures = {
  list: procedure
    .requires("inventory:read")
    .input(listVmsInput)
    .output(vmPage)
    .query(({ ctx, input }) => listVms(ctx, input)),

  get: procedure
    .requires("inventory:read")
    .input(vmInput)
    .output(vmView)
    .query(({ ctx, input }) => getVm(ctx, input.vm)),

  /** Values that occur among the visible VMs, for filters, and the number of VMs by status. */
  facets: procedure
    .requires("inventory:read")
    .output(facetsView)
    .query(({ ctx }) => vmFacets(ctx)),

  /** Reads the inventory from Azure now and waits for it, at most 20 s. */
  refresh: procedure
    .requires("inventory:read")
    .output(refreshView)
    .mutation(({ ctx, signal }) => refreshInventory(ctx, signal)),
};
