export * from "./common.ts";
export * from "./job.ts";
export * from "./other.ts";
export * from "./point.ts";
export * from "./policy.ts";
export * from "./vm.ts";
