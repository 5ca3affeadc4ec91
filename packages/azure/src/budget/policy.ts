/** Asks the budget before each request of the Compute SDK. */
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { KluisError } from "@kluis/domain";
import { outcomes } from "../codes/outcomes.ts";
import { budgetCall } from "./buckets.ts";
import type { RequestBudget } from "./budget.ts";

/** Waiting callers return spread over this part of their wait, not all at once. */
const spread = 0.5;

function notNow(waitMs: number, subscriptionId: string): KluisError {
  const { retry: _, action, ...kind } = outcomes.throttled;
  const retryAfterMs = Math.ceil(waitMs * (1 + Math.random() * spread));
  const azureMessage = "Azure limits the requests of Kluis for this subscription or resource.";
  return new KluisError(kind, {
    message: azureMessage,
    action,
    retry: "turn",
    retryAfterMs,
    params: { subscriptionId, azureMessage, azureCode: null, retryAfterMs },
  });
}

/**
 * Sends a request only when its budgets have tokens. Otherwise it throws at once, and the caller reschedules its work: nothing
 * waits inside a worker's slot.
 */
export function budgetPolicy(budget: RequestBudget): PipelinePolicy {
  return {
    name: "kluisBudgetPolicy",
    async sendRequest(request, next) {
      const call = budgetCall(request.method, request.url);
      if (call === null) return next(request);
      const waitMs = await budget.take(call);
      if (waitMs > 0) throw notNow(waitMs, call.subscriptionId);
      const response = await next(request);
      const { status, headers, bodyAsText } = response;
      await budget.answered(call, { status, headers, body: bodyAsText ?? "" });
      return response;
    },
  };
}
