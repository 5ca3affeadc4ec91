export { createSession, findSession, revokeSession, touchSession } from "./write.ts";
