export { listen, notify, notifyEach } from "./listen.ts";
