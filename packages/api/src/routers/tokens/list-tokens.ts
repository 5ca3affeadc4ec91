import { procedure } from "../../procedures.ts";
import { listTokens as list } from "../../services/tokens.ts";

/** One's own tokens, without their secrets. */
export const listTokens = procedure.requires("self").query(({ ctx }) => list(ctx));
