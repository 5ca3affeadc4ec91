/** Repositories of the backup engine: jobs as work, transfers, Azure resources, recovery points. Used by `@kluis/engine` only. */
export * from "./azure-resources.ts";
export * from "./jobs.ts";
export * from "./points.ts";
export * from "./teams.ts";
export * from "./transfer.ts";
export * from "./upkeep.ts";
export * from "./vms.ts";
