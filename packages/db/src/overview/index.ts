export * from "./read.ts";
export * from "./view.ts";
