export * from "./bulk.ts";
export { bulkEvent } from "./events.ts";
