import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { previewPolicyInput } from "../routers/policies/preview-policy.ts";
import type { PolicyPreview } from "../views/index.ts";
export function previewPolicy(
  _ctx: SignedInContext,
  _input: z.infer<typeof previewPolicyInput>,
): Promise<PolicyPreview> {
  return pending();
}
