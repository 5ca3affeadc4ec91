export { listSubscriptions, upsertSubscription } from "./write.ts";
