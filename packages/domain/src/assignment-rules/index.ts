export * from "./conditions.ts";
export * from "./exclusion.ts";
export * from "./verdicts.ts";
