import { consistencies } from "@kluis/domain";
import { z } from "zod";
import { instant, paging, search, vmRef } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { pointStates } from "../views/index.ts";
import { listPoints as list } from "./service.ts";

export const listPointsInput = z
  .strictObject({
    ...paging,
    search,
    vm: vmRef.optional(),
    /** Without it: every state but deleted. */
    state: z.array(z.enum(pointStates)).max(4).optional(),
    consistency: z.array(z.enum(consistencies)).max(3).optional(),
    from: instant.optional(),
    to: instant.optional(),
    sort: z.enum(["takenAt", "vm", "movedBytes", "expiresAt"]).default("takenAt"),
    direction: z.enum(["asc", "desc"]).default("desc"),
  })
  .prefault({});

export const listPoints = procedure
  .requires("inventory:read")
  .input(listPointsInput)
  .query(({ ctx, input }) => list(ctx, input));
