export { raiseAgedTask } from "./aging.ts";
export { enqueue } from "./enqueue.ts";
