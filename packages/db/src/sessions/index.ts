export { listSessions, sessionOwner, sessionView } from "./list.ts";
export { createSession, findSession, revokeSession, touchSession } from "./write.ts";
