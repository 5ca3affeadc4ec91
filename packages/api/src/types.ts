/** Types only, for clients in a browser or a terminal: nothing of the server comes along. */
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "./root.ts";

export type { ApiError } from "./error-map.ts";
export type { AppRouter } from "./root.ts";
export type * from "./views/index.ts";
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
