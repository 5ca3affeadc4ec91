import { readHealth } from "../../health.ts";
import { procedure } from "../../procedures.ts";

export const getHealth = procedure.requires("self").query(({ ctx }) => readHealth(ctx.api));
