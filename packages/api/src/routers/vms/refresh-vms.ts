import { procedure } from "../../procedures.ts";
import { refreshInventory } from "../../vms/inventory.ts";

/** Reads the inventory from Azure now and waits for it, at most 20 s. */
export const refreshVms = procedure
  .requires("inventory:read")
  .mutation(({ ctx, signal }) => refreshInventory(ctx, signal));
