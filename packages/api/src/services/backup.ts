import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { Ref } from "../views/index.ts";
export function startBackup(
  _ctx: SignedInContext,
  _vm: string,
): Promise<{ readonly jobId: string; readonly vm: Ref }> {
  return pending();
}
