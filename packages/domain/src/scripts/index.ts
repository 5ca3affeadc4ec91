export * from "./linux-scripts.ts";
export * from "./placed-scripts.ts";
export { redactOutput } from "./redact-output.ts";
export * from "./script-check.ts";
export * from "./script-outcome.ts";
export * from "./script-problems.ts";
export * from "./script-runs.ts";
export * from "./script-state.ts";
export * from "./script-work.ts";
