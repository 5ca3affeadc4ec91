export * from "./trust.ts";
