/** Connections to Azure: credential, clients per subscription, and a probe for health. */
import { ComputeManagementClient } from "@azure/arm-compute";
import { exponentialRetryPolicy, type HttpClient, systemErrorRetryPolicy } from "@azure/core-rest-pipeline";
import {
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { KluisError } from "@kluis/domain";
import { call, recordPolicy } from "./call.ts";
import type { AzureConfig } from "./config.ts";
import { createHttpClient } from "./http.ts";

/** Retries inside one call are few and short: a longer failure reschedules the job instead of holding a worker's slot. */
const retries = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 };

/** A connection to Azure: one identity in one tenant. Make one per process. */
export interface AzureConnection {
  readonly config: AzureConfig;
  readonly tenantId: string;
  readonly subscriptions: readonly string[];
  /** The Compute client of a subscription. @throws KluisError INPUT_INVALID when it is not the connection's */
  compute(subscriptionId: string): ComputeManagementClient;
  /** HTTP client for disk access URLs. */
  readonly httpClient: HttpClient;
}

function createCredential(config: AzureConfig, httpClient: HttpClient): TokenCredential {
  const { credential, tenantId, authorityHost } = config;
  const options = {
    authorityHost,
    httpClient,
    retryOptions: retries,
    disableInstanceDiscovery: config.rewrite.size > 0,
  };
  if (credential.kind === "secret") {
    return new ClientSecretCredential(tenantId, credential.clientId, credential.secret, options);
  }
  if (credential.kind === "workload-identity") {
    const { clientId, tokenFile: tokenFilePath } = credential;
    return new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath });
  }
  return credential.clientId === null
    ? new ManagedIdentityCredential({ retryOptions: retries })
    : new ManagedIdentityCredential({ clientId: credential.clientId, retryOptions: retries });
}

function createCompute(
  config: AzureConfig,
  parts: {
    readonly credential: TokenCredential;
    readonly httpClient: HttpClient;
    readonly subscriptionId: string;
  },
): ComputeManagementClient {
  const client = new ComputeManagementClient(parts.credential, parts.subscriptionId, {
    endpoint: config.armUrl,
    credentials: { scopes: [`${config.armUrl}/.default`] },
    httpClient: parts.httpClient,
    additionalPolicies: [{ policy: recordPolicy, position: "perRetry" }],
  });
  // The SDK's own policy sleeps through a Retry-After of many minutes inside the call; ours throws at once.
  client.pipeline.removePolicy({ name: "defaultRetryPolicy" });
  client.pipeline.addPolicy(systemErrorRetryPolicy(retries), { phase: "Retry" });
  client.pipeline.addPolicy(exponentialRetryPolicy(retries), { phase: "Retry" });
  return client;
}

/** Makes a connection. Sends nothing yet: {@link probe} tests it. */
export function connect(config: AzureConfig): AzureConnection {
  const httpClient = createHttpClient(config.rewrite);
  const credential = createCredential(config, httpClient);
  const clients = new Map<string, ComputeManagementClient>();
  return {
    config,
    tenantId: config.tenantId,
    subscriptions: config.subscriptions,
    httpClient,
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
      const client = createCompute(config, { credential, httpClient, subscriptionId: key });
      clients.set(key, client);
      return client;
    },
  };
}

export interface ProbeResult {
  readonly subscriptionId: string;
  /** Null: Kluis reached the subscription and may list its virtual machines. */
  readonly error: KluisError | null;
}

/** Reads each subscription's first page of VMs: tests network, sign-in and rights. */
export async function probe(
  azure: AzureConnection,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProbeResult[]> {
  return Promise.all(
    azure.subscriptions.map(async (subscriptionId) => {
      const target = `/subscriptions/${subscriptionId}`;
      try {
        await call({ operation: "list virtual machines", target }, () =>
          azure.compute(subscriptionId).virtualMachines.listAll(abortable(options)).byPage().next(),
        );
        return { subscriptionId, error: null };
      } catch (error) {
        if (error instanceof KluisError) return { subscriptionId, error };
        throw error;
      }
    }),
  );
}

/** The signal under the SDK's name; absent when there is none (exact optional types). */
export function abortable(options: { readonly signal?: AbortSignal | undefined }): {
  abortSignal?: AbortSignal;
} {
  return options.signal ? { abortSignal: options.signal } : {};
}
