import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { OverviewView } from "../views/index.ts";
export function overview(_ctx: SignedInContext): Promise<OverviewView> {
  return pending();
}
