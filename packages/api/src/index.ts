export * from "./context.ts";
export * from "./error-map.ts";
export * from "./root.ts";
