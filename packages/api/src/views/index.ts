export * from "../jobs/view.ts";
export * from "../points/view.ts";
export * from "../policies/view.ts";
export * from "../reports/view.ts";
export * from "../restores/view.ts";
export * from "../vms/view.ts";
export * from "./common.ts";
export * from "./other.ts";
