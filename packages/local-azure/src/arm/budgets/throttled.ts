/** The 429 answers: ARM's front door and the Compute provider have different codes and bodies. */
import { ArmError } from "../errors.ts";

/** 429 of the front door: a principal or a subscription has no tokens left for this kind of request. */
export function subscriptionThrottled(
  call: { subscriptionId: string; principalId: string; kind: string },
  retryAfterSeconds: number,
): ArmError {
  const { subscriptionId, principalId, kind } = call;
  return new ArmError(
    { status: 429, code: "SubscriptionRequestsThrottled" },
    `Number of '${kind}' requests for subscription '${subscriptionId}' actor '${principalId}' exceeded. Please try again after '${retryAfterSeconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
    { headers: { "retry-after": String(retryAfterSeconds) } },
  );
}

/** What the Compute provider counted. */
export interface Measured {
  /** The policy: `PutRestorePointResource`. */
  operationGroup: string;
  startTime: string;
  endTime: string;
  allowedRequestCount: number;
  measuredRequestCount: number;
}

/** 429 of the Compute provider; its detail is JSON inside a string. */
export function tooManyRequests(measured: Measured, retryAfterSeconds: number): ArmError {
  const { operationGroup } = measured;
  return new ArmError(
    { status: 429, code: "OperationNotAllowed" },
    "The server rejected the request because too many requests have been received for this subscription.",
    {
      headers: { "retry-after": String(retryAfterSeconds) },
      details: [{ code: "TooManyRequests", target: operationGroup, message: JSON.stringify(measured) }],
    },
  );
}
