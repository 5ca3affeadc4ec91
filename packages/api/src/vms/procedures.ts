import { procedure } from "../procedures.ts";
import { listVmsInput, vmInput } from "./inputs.ts";
import { refreshInventory } from "./inventory.ts";
import { getVm, listVms, vmFacets } from "./service.ts";

export const vmProcedures = {
  list: procedure
    .requires("inventory:read")
    .input(listVmsInput)
    .query(({ ctx, input }) => listVms(ctx, input)),

  get: procedure
    .requires("inventory:read")
    .input(vmInput)
    .query(({ ctx, input }) => getVm(ctx, input.vm)),

  /** What the list can be filtered by: values that occur among the visible VMs, and how many have each status. */
  facets: procedure.requires("inventory:read").query(({ ctx }) => vmFacets(ctx)),

  /** Reads the inventory from Azure now and waits for it, at most 20 s. */
  refresh: procedure.requires("inventory:read").mutation(({ ctx, signal }) => refreshInventory(ctx, signal)),
};
