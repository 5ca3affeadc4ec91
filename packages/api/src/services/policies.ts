import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { createPolicyInput } from "../routers/policies/create-policy.ts";
import type { updatePolicyInput } from "../routers/policies/update-policy.ts";
import type { PolicyRow, PolicyView } from "../views/index.ts";
export function listPolicies(_ctx: SignedInContext): Promise<readonly PolicyRow[]> {
  return pending();
}
export function getPolicy(_ctx: SignedInContext, _policy: string): Promise<PolicyView> {
  return pending();
}
export function createPolicy(
  _ctx: SignedInContext,
  _input: z.infer<typeof createPolicyInput>,
): Promise<{ readonly id: string; readonly name: string; readonly version: number }> {
  return pending();
}
export function updatePolicy(
  _ctx: SignedInContext,
  _input: z.infer<typeof updatePolicyInput>,
): Promise<{ readonly id: string; readonly name: string; readonly version: number }> {
  return pending();
}
