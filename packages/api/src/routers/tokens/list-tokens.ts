import { procedure } from "../../procedures.ts";
import { listTokens as list } from "../../tokens/service.ts";

/** One's own tokens, without their secrets. */
export const listTokens = procedure.requires("self").query(({ ctx }) => list(ctx));
