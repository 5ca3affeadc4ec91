export * from "./read.ts";
export { type BulkItemRow, type BulkRow, bulkCounts, bulkItemRow, bulkRow } from "./view.ts";
export * from "./write.ts";
