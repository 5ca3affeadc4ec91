export * from "./attention.ts";
export { type ClockReadings, judgeClocks } from "./clock-guard.ts";
export { type HealthPart, healthParts, type ProblemKind, problemKinds } from "./health.ts";
export { judgeWork, type WorkRule, type WorkState, type WorkVerdict, workRules } from "./recurring.ts";
export { type WorkName, workNames, workTexts } from "./recurring-names.ts";
