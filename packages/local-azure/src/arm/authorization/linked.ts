/** Permissions on a second resource that a call names in its body. */
import { linkedAuthorizationFailed } from "../errors.ts";
import type { ArmCall } from "../router.ts";
import { isAllowed } from "./roles.ts";

/**
 * Refuses a call whose caller lacks an action on a resource that the body names: the source of a
 * disk, the VM of a collection, an encryption set. Azure checks it before the call changes anything.
 * @throws ArmError 403 `LinkedAuthorizationFailed`
 */
export function requireLinked(call: ArmCall, action: string, id: string): void {
  const { world, principal } = call;
  if (isAllowed(world.state, principal, { action, scope: id })) return;
  throw linkedAuthorizationFailed(
    principal,
    { action: call.action, scope: call.scope },
    { action, scope: id },
  );
}
