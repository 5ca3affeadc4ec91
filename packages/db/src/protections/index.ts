export {
  addBackup,
  assign,
  effectOnVm,
  isInReach,
  type JudgedAssignment,
  judgeAssignment,
} from "./assign.ts";
export { listRuleHistories, readActiveRules } from "./rules.ts";
export {
  advanceSchedules,
  type DuePlace,
  type DueProtection,
  judgeAgain,
  listDueRetentions,
  listDueSchedules,
  lockSchedules,
  readScheduleProblems,
  type ScheduleProblems,
  setRetentionDue,
  setScheduleProblem,
  takeBackFuture,
} from "./schedule.ts";
export {
  changeGuestState,
  getProtection,
  type ProtectionRow,
  setExtensionReady,
  setProtection,
  stopProtection,
} from "./write.ts";
