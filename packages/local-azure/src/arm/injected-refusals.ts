/** Refusals that a fault rule makes: Azure's answer, with the names of the call. */
import { isoTime } from "../clock.ts";
import type { InjectedRefusal } from "../faults/effects.ts";
import type { RefusalFacts } from "../faults/refusal-kinds.ts";
import { refusals } from "../faults/refusals.ts";
import { ArmError, clientOf, invalidToken } from "./errors.ts";
import { nameOf } from "./ids.ts";
import { type ArmCall, segmentsOf } from "./router.ts";

/** Refuses a call, or marks it so that the operation that it begins fails. @throws ArmError */
export function applyRefusal(call: ArmCall, { reason, place }: InjectedRefusal): void {
  const { status, code, message, retryAfterSeconds, detail, places } = refusals[reason];
  const text = message(factsOf(call));
  if ((place ?? places[0]) === "operation") {
    call.failOperation = { code, message: text };
    return;
  }
  if (status === 401) throw invalidToken(call.world.state.tenantId, text, { code });
  throw new ArmError({ status, code }, text, {
    ...(retryAfterSeconds === undefined ? {} : { headers: { "retry-after": String(retryAfterSeconds) } }),
    ...(detail === undefined
      ? {}
      : {
          details: [
            { code: detail, target: call.action, message: `Retry after ${retryAfterSeconds} seconds.` },
          ],
        }),
  });
}

function factsOf(call: ArmCall): RefusalFacts {
  const { world, scope, action, params, body, principal } = call;
  const location =
    typeof body === "object" && body !== null && "location" in body && typeof body.location === "string"
      ? body.location
      : "westeurope";
  return {
    scope,
    action,
    name: nameOf(scope),
    type: typeOf(scope),
    group: params["group"] ?? "",
    subscription: params["subscription"] ?? "",
    location,
    caller: clientOf(principal),
    now: isoTime(world.clock.now()),
  };
}

/** `…/providers/Microsoft.Compute/disks/a` → `Microsoft.Compute/disks`. */
function typeOf(scope: string): string {
  const segments = segmentsOf(scope);
  const at = segments.findIndex((segment) => segment.toLowerCase() === "providers");
  if (at < 0) return "Microsoft.Resources/subscriptions";
  const [namespace = "", ...rest] = segments.slice(at + 1);
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}
