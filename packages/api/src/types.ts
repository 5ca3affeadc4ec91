/** Types for clients in a browser or a terminal; imports no server code at run time. */
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "./root.ts";

export type { PointState, VmStatus } from "@kluis/domain";
export type { ApiError } from "./error-map.ts";
export type { HealthView } from "./health/view.ts";
export type { JobView } from "./jobs/view.ts";
export type { MeView } from "./me/view.ts";
export type { OverviewView } from "./overview/view.ts";
export type { AppRouter } from "./root.ts";
export type { VmView } from "./vms/view.ts";
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
