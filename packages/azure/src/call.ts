import { AsyncLocalStorage } from "node:async_hooks";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { isKluisError } from "@kluis/domain";
import { z } from "zod";
import { azureError, type CallRecord } from "./errors.ts";
import { retryAfterOf } from "./retry-after.ts";

/** How long one request may take, retries apart. */
export const requestTimeoutMs = 60_000;

const records = new AsyncLocalStorage<CallRecord>();

const statusBody = z.object({
  status: z.string().optional(),
  properties: z.object({ provisioningState: z.string().optional() }).optional().catch(undefined),
  error: z.object({ code: z.string(), message: z.string().default("") }),
});

function failureOf(body: string): CallRecord["failure"] {
  if (!body.includes('"error"')) return null;
  try {
    const parsed = statusBody.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.error : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null; // not JSON, so not a status body
    throw error;
  }
}

/** Bounds each request in time, and notes what the SDK's pollers throw away: a failed operation keeps Azure's own code. */
export const recordPolicy: PipelinePolicy = {
  name: "kluisRecordPolicy",
  async sendRequest(request, next) {
    const record = records.getStore();
    const sent = request;
    if (sent.timeout === 0) sent.timeout = requestTimeoutMs;
    const response = await next(sent).catch((error: unknown) => {
      const aborted = error instanceof Error && error.name === "AbortError";
      if (record && aborted && request.abortSignal?.aborted !== true) record.timedOut = true;
      throw error;
    });
    if (record) {
      record.retryAfterMs = retryAfterOf(response.headers, Date.now());
      record.requestId = response.headers.get("x-ms-request-id") ?? null;
      record.failure = failureOf(response.bodyAsText ?? "") ?? record.failure;
    }
    return response;
  },
};

export interface CallName {
  /** What was tried, for people and logs: "list virtual machines". */
  readonly operation: string;
  /** ARM id that it was tried on. */
  readonly target: string;
}

/** Runs one call of an SDK and turns whatever it throws into a KluisError with Azure's own code in `params`. */
export async function call<T>(name: CallName, work: (record: CallRecord) => Promise<T>): Promise<T> {
  const record: CallRecord = { failure: null, retryAfterMs: null, requestId: null, timedOut: false };
  try {
    return await records.run(record, () => work(record));
  } catch (error) {
    throw azureError(error, { ...name, record });
  }
}

/** The answer, or null when Azure does not know the resource. */
export async function missingAsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND")) return null;
    throw error;
  }
}
