export { listAnchors, newestAnchor, recordAnchor } from "./anchors.ts";
export { appendEvents, readHead, walkLedger } from "./append.ts";
export { listAuditViews } from "./read.ts";
export { generateLedgerKeyPem, isSignedBy, loadLedgerKey, type SignedHead, signHead } from "./sign.ts";
export { type AuditRow, auditRow } from "./view.ts";
