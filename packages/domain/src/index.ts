export * from "./audit.ts";
export * from "./errors.ts";
export * from "./job.ts";
export * from "./permission.ts";
export * from "./policy.ts";
export * from "./vm.ts";
