export * from "./deadline-standing.ts";
export * from "./transfer-forecast.ts";
export * from "./transfer-order.ts";
export * from "./transfer-plan.ts";
export * from "./transfer-stage.ts";
export * from "./transfer-wait.ts";
export * from "./transfer-window.ts";
export * from "./trust.ts";
