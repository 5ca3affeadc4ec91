import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { RestoreInput } from "../routers/restores/restore-input.ts";
import type { RestorePlan } from "../views/index.ts";
export function planRestore(_ctx: SignedInContext, _input: RestoreInput): Promise<RestorePlan> {
  return pending();
}
export function createRestore(
  _ctx: SignedInContext,
  _input: RestoreInput,
): Promise<{ readonly jobId: string; readonly target: RestorePlan["target"] }> {
  return pending();
}
