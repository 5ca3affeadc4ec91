import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { getPoint as get } from "../../services/points.ts";
import { pointRef } from "../paging.ts";

export const getPoint = procedure
  .requires("inventory:read")
  .input(z.strictObject({ point: pointRef }))
  .query(({ ctx, input }) => get(ctx, input.point));
