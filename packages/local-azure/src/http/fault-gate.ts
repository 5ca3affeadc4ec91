import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultEffect } from "../faults/model.ts";

/** What remains to do after a fault was applied to the beginning of a call. */
export type Gate = { passed: true; body?: FaultEffect } | { passed: false };

/**
 * Applies a fault before the call is answered. `refuse` writes an error in the manner of the surface that was
 * called (ARM JSON, blob XML). Faults of the body are handed on.
 */
export async function passFault(
  effect: FaultEffect | undefined,
  res: ServerResponse,
  refuse: (failure: {
    status: number;
    code: string;
    message: string;
    retryAfterSeconds?: number;
  }) => Promise<void>,
): Promise<Gate> {
  switch (effect?.type) {
    case undefined:
      return { passed: true };
    case "fail":
      await refuse(effect);
      return { passed: false };
    case "throttle":
      await refuse({
        status: 429,
        code: "SubscriptionRequestsThrottled",
        message: `Number of requests for the subscription exceeded the limit. Please try again after '${effect.retryAfterSeconds}' seconds.`,
        retryAfterSeconds: effect.retryAfterSeconds,
      });
      return { passed: false };
    case "hang":
      // The connection stays open and silent until the client gives up or the server stops.
      return { passed: false };
    case "drop":
      res.destroy();
      return { passed: false };
    case "delay":
      await delay(effect.ms, undefined, { ref: false });
      return { passed: true };
    case "cut":
    case "slow":
    case "revoke":
      return { passed: true, body: effect };
  }
}
