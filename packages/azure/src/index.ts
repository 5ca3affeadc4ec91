export { redactSecrets, Sas } from "./sas.ts";
export * from "./types.ts";
