import { holdsAnywhere } from "../context.ts";
import { procedure } from "../procedures.ts";
import { commonHealth, readHealth } from "./service.ts";
import { healthView } from "./view.ts";

export const settingsProcedures = {
  health: procedure
    .requires("self")
    .output(healthView)
    .query(async ({ ctx }) => {
      const health = await readHealth(ctx.api);
      return holdsAnywhere(ctx, "platform:manage") ? health : commonHealth(health);
    }),
};
