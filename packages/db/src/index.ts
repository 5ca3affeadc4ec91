export * from "./client.ts";
export * from "./env.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./tx.ts";
