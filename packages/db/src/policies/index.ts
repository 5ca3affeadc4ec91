export { governedVms, holdPolicy, ruledPoints } from "./governed.ts";
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
export { addPolicyVersion, createPolicy, policyChanged } from "./write.ts";
