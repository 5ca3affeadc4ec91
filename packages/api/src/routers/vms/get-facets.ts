import { procedure } from "../../procedures.ts";
import { vmFacets } from "../../vms/service.ts";

/** What the list can be filtered by: values that occur among the VMs this person sees, and how many stand how. */
export const getFacets = procedure.requires("inventory:read").query(({ ctx }) => vmFacets(ctx));
