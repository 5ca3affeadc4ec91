export * from "./bandwidth.ts";
export * from "./deadline-standing.ts";
export * from "./held-slots.ts";
export {
  type TransferClass,
  transferClasses,
  transferClassOfKind,
  transferPriority,
} from "./transfer-class.ts";
export * from "./transfer-forecast.ts";
export * from "./transfer-order.ts";
export * from "./transfer-plan.ts";
export * from "./transfer-stage.ts";
export * from "./transfer-wait.ts";
export * from "./transfer-window.ts";
export * from "./trust.ts";
