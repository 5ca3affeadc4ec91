import { z } from "zod";
import { pointRef } from "../../inputs.ts";
import { getPoint as get } from "../../points/service.ts";
import { procedure } from "../../procedures.ts";

export const getPoint = procedure
  .requires("inventory:read")
  .input(z.strictObject({ point: pointRef }))
  .query(({ ctx, input }) => get(ctx, input.point));
