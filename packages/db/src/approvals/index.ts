export * from "./facts.ts";
export * from "./read.ts";
export type { ApprovalReach, ApprovalSight } from "./sight.ts";
export { type ApprovalRow, approvalRow, type ChangeFacts } from "./view.ts";
export * from "./write.ts";
