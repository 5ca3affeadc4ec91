export {
  findGuardrailVersion,
  type GuardrailVersionRow,
  holdGuardrails,
  holdGuardrailsAlone,
  listGuardrailVersions,
  readGuardrails,
} from "./read.ts";
export {
  findGuardedVault,
  type GuardrailViolations,
  listViolations,
  noteViolations,
  type Violating,
  type ViolationSight,
  wholeSight,
} from "./violations.ts";
export { addGuardrailVersion, applyRetentionFloor } from "./write.ts";
