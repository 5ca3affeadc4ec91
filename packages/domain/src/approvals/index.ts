export * from "./approval.ts";
export * from "./configuration.ts";
export * from "./effect.ts";
export * from "./events.ts";
export * from "./may-decide.ts";
