export * from "./audit.ts";
export * from "./clock.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./job.ts";
export * from "./permission.ts";
export * from "./policy.ts";
export * from "./vm.ts";
