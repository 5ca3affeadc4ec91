import { holdsAnywhere, seen } from "../context.ts";
import { procedure } from "../procedures.ts";
import { reseal } from "./reseal.ts";
import { commonHealth, readHealth } from "./service.ts";
import { healthView, resealedView } from "./view.ts";

export const settingsProcedures = {
  health: procedure
    .requires("self")
    .output(healthView)
    .query(async ({ ctx }) => {
      const health = await readHealth(ctx.api, seen(ctx));
      return holdsAnywhere(ctx, "platform:manage") ? health : commonHealth(health);
    }),

  /** Seals stored secrets with the first key of the key file, after a rotation. */
  resealSecrets: procedure
    .requires("platform:manage")
    .output(resealedView)
    .mutation(({ ctx }) => reseal(ctx)),
};
