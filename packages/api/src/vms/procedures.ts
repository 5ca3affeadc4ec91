import { powerStates } from "@kluis/domain";
import { z } from "zod";
import { paging, search } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { vmStatuses } from "../views/index.ts";
import { listVms as list } from "./service.ts";

export const listVmsInput = z
  .strictObject({
    ...paging,
    search,
    status: z.array(z.enum(vmStatuses)).max(10).optional(),
    policy: z.string().max(100).optional(),
    subscription: z.string().max(100).optional(),
    resourceGroup: z.string().max(100).optional(),
    power: z.array(z.enum(powerStates)).max(10).optional(),
    sort: z.enum(["name", "status", "resourceGroup", "policy", "lastPoint", "diskBytes"]).default("name"),
    direction: z.enum(["asc", "desc"]).default("asc"),
  })
  .prefault({});

export const listVms = procedure
  .requires("inventory:read")
  .input(listVmsInput)
  .query(({ ctx, input }) => list(ctx, input));
