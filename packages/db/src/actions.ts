/** What a user does to one VM, in the caller's transaction: the API does it for a request, an engine for a bulk action. */

export { type ActingContext, accessNow, actingLater, actingNow } from "./actions/acting.ts";
export { type Asking, type DoneOrMade, doOrAsk } from "./actions/ask.ts";
export { startBackupIn } from "./actions/backup.ts";
export { type BulkResult, type BulkWork, doToVm } from "./actions/bulk.ts";
export { digestOf } from "./actions/digest.ts";
export { appendVmEvents, type VmEvent } from "./actions/events.ts";
export { excludedOf, moveOperation } from "./actions/move.ts";
export type { Done, Look, Operation } from "./actions/operation.ts";
export { type BulkStep, doNextOfBulk, finishBulk } from "./actions/run-bulk.ts";
export { policySightOf, unknownVm } from "./actions/sight.ts";
export { afterUndoDays, stopOperation } from "./actions/stop.ts";
