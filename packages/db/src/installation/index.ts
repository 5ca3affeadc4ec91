export { ensureInstallation } from "./write.ts";
