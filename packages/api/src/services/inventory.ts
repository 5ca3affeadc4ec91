import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
export function refreshInventory(
  _ctx: SignedInContext,
  _signal: AbortSignal | undefined,
): Promise<{ readonly finished: boolean; readonly vms: number }> {
  return pending();
}
