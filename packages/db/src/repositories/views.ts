/** What pages and the terminal read: every query takes the visibility of whoever asks. */
export * from "./find-vms.ts";
export * from "./job-control.ts";
export * from "./view-audit.ts";
export * from "./view-history.ts";
export * from "./view-jobs.ts";
export * from "./view-points.ts";
export * from "./view-policies.ts";
export * from "./view-text.ts";
export * from "./view-vms.ts";
