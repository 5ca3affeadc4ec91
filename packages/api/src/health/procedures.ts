import { procedure } from "../procedures.ts";
import { readHealth } from "./service.ts";

export const getHealth = procedure.requires("self").query(({ ctx }) => readHealth(ctx.api));
