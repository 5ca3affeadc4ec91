/** Every call of the Compute SDK runs through here: bounded in time, its errors turned into KluisErrors. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { isKluisError } from "@kluis/domain";
import { z } from "zod";
import { azureError, type CallName, type CallRecord } from "./errors.ts";
import { retryAfterOf } from "./retry-after.ts";

/** Limit of one request without its retries: ARM answers within seconds, long work runs as an operation. */
export const requestTimeoutMs = 60_000;

const records = new AsyncLocalStorage<CallRecord>();

const statusBody = z.object({
  status: z.string().optional(),
  properties: z.object({ provisioningState: z.string().optional() }).optional().catch(undefined),
  error: z.object({
    code: z.string(),
    message: z.string().default(""),
    details: z
      .array(z.object({ code: z.string() }))
      .optional()
      .catch(undefined),
  }),
});

function failureOf(body: string): CallRecord["failure"] {
  if (!body.includes('"error"')) return null;
  try {
    const parsed = statusBody.safeParse(JSON.parse(body));
    if (!parsed.success) return null;
    const { code, message, details } = parsed.data.error;
    return { code, message, inner: details?.map((one) => one.code) ?? [] };
  } catch (error) {
    if (error instanceof SyntaxError) return null; // Not JSON, so not a status body.
    throw error;
  }
}

/** Bounds each request in time and records what the SDK's pollers drop, such as Azure's own code of a failed operation. */
export const recordPolicy = (timeoutMs: number): PipelinePolicy => ({
  name: "kluisRecordPolicy",
  async sendRequest(request, next) {
    const record = records.getStore();
    const sent = request;
    if (sent.timeout === 0) sent.timeout = timeoutMs;
    const response = await next(sent).catch((error: unknown) => {
      const aborted = error instanceof Error && error.name === "AbortError";
      if (record && aborted && request.abortSignal?.aborted !== true) record.timedOut = true;
      throw error;
    });
    if (record) {
      record.retryAfterMs = retryAfterOf(response.headers, Date.now());
      record.requestId = response.headers.get("x-ms-request-id") ?? null;
      record.failure = failureOf(response.bodyAsText ?? "");
    }
    return response;
  },
});

/** Runs one call of an SDK. @throws KluisError for every failure of the SDK, with Azure's own code in `params` */
export async function call<T>(name: CallName, work: (record: CallRecord) => Promise<T>): Promise<T> {
  const record: CallRecord = { failure: null, retryAfterMs: null, requestId: null, timedOut: false };
  try {
    return await records.run(record, () => work(record));
  } catch (error) {
    throw azureError(error, { ...name, record });
  }
}

/** The answer; null when Azure does not know the resource. */
export async function missingAsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND")) return null;
    throw error;
  }
}

/** Fetches the pages of a listing, each as one call with its own errors, and yields their items. */
export async function* pagesOf<T>(name: CallName, pages: AsyncIterableIterator<T[]>): AsyncGenerator<T> {
  for (;;) {
    const page = await call(name, () => pages.next());
    if (page.done === true) return;
    yield* page.value;
  }
}
