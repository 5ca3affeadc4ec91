export {
  describeGuardrail,
  describeGuardrailChange,
  type GuardrailChange,
  type GuardrailField,
  type GuardrailValue,
  guardrailChanges,
  guardrailFields,
  guardrailValues,
} from "./changes.ts";
export {
  type Guardrails,
  guardrailsForm,
  guardrailsSchema,
  noGuardrails,
  type RequiredVaultKey,
  type RequiredVerification,
  type RetentionFloor,
  regionSchema,
  requiredVaultKeys,
  requiredVerifications,
  retentionFloor,
  sameGuardrails,
} from "./guardrails.ts";
export {
  downloadViolation,
  type GuardedVault,
  policyViolations,
  restoreViolations,
  scopeViolations,
  tagRuleViolations,
  vaultRegionViolations,
  vaultViolations,
} from "./judge.ts";
export {
  type GuardrailRule,
  guardrailError,
  mustKeepGuardrails,
  type Violation,
  violationText,
} from "./violations.ts";
