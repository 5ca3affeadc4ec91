/** Lists of Azure Resource Manager that the Compute SDK does not know: subscriptions and the caller's permissions. */
import type { ComputeManagementClient } from "@azure/arm-compute";
import {
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
  RestError,
} from "@azure/core-rest-pipeline";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { call } from "./call.ts";
import type { AzureCall } from "./calls.ts";

export interface ArmListOptions {
  /** The attempt in words, for messages. */
  readonly operation: AzureCall;
  /** The most items; more are not read. */
  readonly most: number;
  readonly signal: AbortSignal;
}

export interface ArmListSource {
  /** Its pipeline adds the token. */
  readonly client: Pick<ComputeManagementClient, "pipeline">;
  readonly httpClient: HttpClient;
  readonly armUrl: string;
}

const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().default("") }) });

/**
 * Reads the pages of a list.
 * @param path with its api-version
 * @throws KluisError AZURE_…
 */
export async function listFromArm<T extends z.ZodType>(
  source: ArmListSource,
  request: ArmListOptions & { readonly path: string; readonly item: T },
): Promise<z.output<T>[]> {
  const { armUrl } = source;
  const { path, item, operation, most, signal } = request;
  const items: z.output<T>[] = [];
  let next: string | null = `${armUrl}${path}`;
  while (next !== null && items.length < most) {
    const url: string = next;
    // A token must not leave for another host than the one of the connection.
    if (!url.startsWith(`${armUrl}/`)) throw elsewhere(operation);
    const page = await call({ operation, target: path.split("?", 1)[0] ?? path }, async () =>
      pageSchema.parse(await getJson(source, url, signal)),
    );
    for (const one of page.value) items.push(item.parse(one));
    next = page.nextLink ?? null;
  }
  return items.slice(0, most);
}

async function getJson(source: ArmListSource, url: string, abortSignal: AbortSignal): Promise<unknown> {
  const request = createPipelineRequest({ url, method: "GET", abortSignal });
  request.headers.set("accept", "application/json");
  const response = await source.client.pipeline.sendRequest(source.httpClient, request);
  const body: unknown = JSON.parse(response.bodyAsText ?? "null");
  if (response.status === 200) return body;
  throw refusal(response, body);
}

/** The error that the SDK would throw. */
function refusal(response: PipelineResponse, body: unknown): RestError {
  const { status: statusCode, request } = response;
  const parsed = errorSchema.safeParse(body);
  const { code, message } = parsed.success
    ? parsed.data.error
    : { code: "", message: `Status ${statusCode}.` };
  return new RestError(message, { statusCode, request, response, ...(code === "" ? {} : { code }) });
}

function elsewhere(operation: string): KluisError {
  return new KluisError("AZURE_FAILED", {
    reason: "reported",
    message: `Azure could not ${operation}: the next page is at another address.`,
    params: { operation },
  });
}
