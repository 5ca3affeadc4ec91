/** The pure rules and closed lists of Kluis, a folder per noun; every other package imports them from here. */
export * from "./access/index.ts";
export * from "./azure/index.ts";
export * from "./base/index.ts";
export * from "./capture/index.ts";
export * from "./errors/index.ts";
export * from "./guardrails/index.ts";
export * from "./health/index.ts";
export * from "./images/index.ts";
export * from "./jobs/index.ts";
export * from "./ledger/index.ts";
export * from "./notices/index.ts";
export * from "./points/index.ts";
export * from "./policies/index.ts";
export * from "./scripts/index.ts";
export * from "./transfers/index.ts";
export * from "./vaults/index.ts";
export * from "./vms/index.ts";
