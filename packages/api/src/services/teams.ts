import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { TeamView } from "../views/index.ts";
export function listTeams(_ctx: SignedInContext): Promise<readonly TeamView[]> {
  return pending();
}
