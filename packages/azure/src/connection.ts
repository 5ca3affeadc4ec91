/** Connections to Azure: credential, clients per subscription, and a probe for health. */
import { ComputeManagementClient } from "@azure/arm-compute";
import {
  bearerTokenAuthenticationPolicyName,
  exponentialRetryPolicy,
  type HttpClient,
  systemErrorRetryPolicy,
} from "@azure/core-rest-pipeline";
import { type BudgetStore, isKluisError, KluisError, type RequestLimit, requestLimitMs } from "@kluis/domain";
import { z } from "zod";
import { type ArmListOptions, listFromArm } from "./arm-list.ts";
import { LeasedBudget, type RequestBudget } from "./budget/budget.ts";
import { memoryBudgetStore } from "./budget/memory-store.ts";
import { budgetPolicy } from "./budget/policy.ts";
import { recordPolicy, requestTimeoutMs } from "./call.ts";
import type { AzureConfig } from "./config.ts";
import { byClock, retries, tokenSource } from "./credential.ts";
import { createHttpClient } from "./http.ts";
import { TokenBook, tokenPolicy } from "./tokens.ts";

/** Requests of `list` name their own subscription, or none. */
const noSubscription = "00000000-0000-0000-0000-000000000000";

export interface Endpoints extends Pick<AzureConfig, "armUrl" | "storageVersion"> {
  /** Limit of one request for the bytes of a disk. */
  readonly requestLimit: RequestLimit;
}

/** One identity in one tenant; a process may have several. */
export interface AzureConnection {
  readonly subscriptions: readonly string[];
  /** The Compute client of a subscription. @throws KluisError INPUT_INVALID when it is not the connection's */
  compute(subscriptionId: string): ComputeManagementClient;
  /** Where and how the subscription's requests go that the Compute client does not send. */
  endpointsOf(subscriptionId: string): Endpoints;
  /** HTTP client for disk access URLs. */
  readonly httpClient: HttpClient;
  /** Milliseconds since 1970: tokens and grants end by this clock. */
  readonly now: () => number;
}

/** The SDK requires a credential; its policy that would use it is replaced. */
const noCredential = {
  getToken: () => Promise.reject(new Error("The connection signs its requests itself.")),
};

/** A connection that also sees what its identity may use beyond the chosen subscriptions. */
export interface AzureDirectory extends AzureConnection {
  /** The Compute client of any subscription, for tests of a connection. */
  computeOf(subscriptionId: string): ComputeManagementClient;
  /** Lists resources outside Compute. @throws KluisError AZURE_… */
  list<T extends z.ZodType>(path: string, item: T, options: ArmListOptions): Promise<z.output<T>[]>;
}

function createCompute(
  config: AzureConfig,
  parts: {
    readonly tokens: TokenBook;
    readonly budget: RequestBudget;
    readonly httpClient: HttpClient;
    readonly subscriptionId: string;
    readonly timeoutMs: number;
  },
): ComputeManagementClient {
  const client = new ComputeManagementClient(noCredential, parts.subscriptionId, {
    endpoint: config.armUrl,
    httpClient: parts.httpClient,
    additionalPolicies: [
      { policy: budgetPolicy(parts.budget), position: "perRetry" },
      { policy: recordPolicy(parts.timeoutMs), position: "perRetry" },
    ],
  });
  client.pipeline.removePolicy({ name: bearerTokenAuthenticationPolicyName });
  client.pipeline.addPolicy(tokenPolicy(parts.tokens));
  // The SDK's own policy sleeps through a Retry-After of many minutes inside the call; ours throws at once.
  client.pipeline.removePolicy({ name: "defaultRetryPolicy" });
  client.pipeline.addPolicy(systemErrorRetryPolicy(retries), { phase: "Retry" });
  client.pipeline.addPolicy(exponentialRetryPolicy(retries), { phase: "Retry" });
  return client;
}

export interface ConnectOptions {
  /** Milliseconds since 1970: tokens, grants and leases of budgets end by this clock. */
  readonly now?: () => number;
  /** The budgets that all processes of this identity share. Default: budgets of this connection alone. */
  readonly budgetStore?: BudgetStore;
  /** Gets the time of each answer of Azure. */
  readonly onTime?: ((at: Date) => void) | undefined;
  /** Limit of one request to Resource Manager, without its retries. Default: a minute. */
  readonly timeoutMs?: number | undefined;
  /** Limit of one request for the bytes of a disk. Default: domain's. */
  readonly requestLimit?: RequestLimit | undefined;
}

/** The identity whose requests Azure counts. */
function principalOf({ tenantId, credential }: AzureConfig): string {
  return `${tenantId}/${credential.clientId ?? "machine"}`.toLowerCase();
}

/** Makes a connection. Sends nothing yet: {@link probe} tests it. */
export function connect(
  config: AzureConfig,
  {
    now = Date.now,
    budgetStore = memoryBudgetStore(now),
    onTime,
    timeoutMs = requestTimeoutMs,
    requestLimit = requestLimitMs,
  }: ConnectOptions = {},
): AzureDirectory {
  const httpClient = createHttpClient(config.rewrite, onTime);
  const tokens = new TokenBook(
    byClock(tokenSource(config, httpClient), now),
    `${config.armUrl}/.default`,
    now,
  );
  const budget = new LeasedBudget({ store: budgetStore, principal: principalOf(config), now });
  const clients = new Map<string, ComputeManagementClient>();
  const computeOf = (subscriptionId: string): ComputeManagementClient =>
    createCompute(config, {
      tokens,
      budget,
      httpClient,
      subscriptionId: subscriptionId.toLowerCase(),
      timeoutMs,
    });
  return {
    computeOf,
    list: (path, item, options) =>
      listFromArm(
        { client: computeOf(noSubscription), httpClient, armUrl: config.armUrl },
        { path, item, ...options },
      ),
    subscriptions: config.subscriptions,
    endpointsOf: () => ({ ...config, requestLimit }),
    httpClient,
    now,
    compute(subscriptionId) {
      const key = subscriptionId.toLowerCase();
      const known = clients.get(key);
      if (known) return known;
      if (!config.subscriptions.some((id) => id.toLowerCase() === key)) {
        throw new KluisError("INPUT_INVALID", {
          reason: "value",
          message: `The connection has no subscription ${subscriptionId}.`,
          action: "Add it to the connection's subscriptions.",
          params: { subscriptionId },
        });
      }
      const client = computeOf(key);
      clients.set(key, client);
      return client;
    },
  };
}

const anySubscription = z.object({ subscriptionId: z.string() });

/**
 * Tests network, sign-in, and whether the identity has a role: one request, which counts in no budget of Compute. What it may do in each
 * subscription is what a discovery finds.
 * @returns null when the connection works
 * @throws KluisError CANCELLED
 */
export async function probe(
  azure: AzureDirectory,
  { signal }: { readonly signal: AbortSignal },
): Promise<KluisError | null> {
  try {
    const options = { operation: "list subscriptions", most: 1, signal } as const;
    const seen = await azure.list("/subscriptions?api-version=2022-12-01", anySubscription, options);
    return seen.length > 0 ? null : seesNothing();
  } catch (error) {
    if (!(error instanceof KluisError) || isKluisError(error, "CANCELLED")) throw error;
    // A connection that must slow down works.
    return isKluisError(error, "AZURE_THROTTLED") ? null : error;
  }
}

/** The identity signs in, but Azure lists nothing for it. */
export function seesNothing(): KluisError {
  return new KluisError("CONNECTION_UNUSABLE", {
    reason: "sees-nothing",
    message: "The identity signs in, but has no role on any subscription.",
    action:
      "Assign it the role in docs/azure-setup.md on each subscription, wait a few minutes, and test again.",
  });
}

/** The signal under the SDK's name; absent when there is none (exact optional types). */
export function abortable(options: { readonly signal?: AbortSignal | undefined }): {
  abortSignal?: AbortSignal;
} {
  return options.signal ? { abortSignal: options.signal } : {};
}
