import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { MeView } from "../views/index.ts";
export function describeMe(_ctx: SignedInContext): Promise<MeView> {
  return pending();
}
