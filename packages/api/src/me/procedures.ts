import { procedure } from "../procedures.ts";
import { describeMe } from "./service.ts";

/** Who am I, and what may I do. */
export const getMe = procedure.requires("self").query(({ ctx }) => describeMe(ctx));
