export { countGovernedVms, governedVms, holdPolicy, ruledPoints } from "./governed.ts";
export {
  countPolicyVms,
  findPolicy,
  listPolicies,
  listPolicyVersions,
  listPolicyVms,
  type PolicyRow,
  type PolicySight,
  type PolicyVersionRow,
  requirePolicy,
} from "./read.ts";
export {
  addPolicyVersion,
  createPolicy,
  policyChanged,
  renamePolicy,
  setPolicyRetired,
} from "./write.ts";
