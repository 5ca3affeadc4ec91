/** Repositories of the backup engine: jobs as work, transfers, Azure resources, recovery points. Used by `@kluis/engine` only. */
export * from "./azure-resources/work.ts";
export * from "./jobs/transfer.ts";
export * from "./jobs/work.ts";
export * from "./points/work.ts";
export * from "./teams/work.ts";
export * from "./upkeep.ts";
export * from "./vms/work.ts";
