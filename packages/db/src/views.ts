/** What pages and the terminal read: every query takes the visibility of whoever asks. */

export * from "./history/read.ts";
export * from "./jobs/control.ts";
export * from "./jobs/read.ts";
export * from "./ledger/read.ts";
export * from "./points/read.ts";
export * from "./policies/read.ts";
export * from "./text.ts";
export * from "./vms/find.ts";
export * from "./vms/read.ts";
