/** Clients of the management SDKs besides Compute: groups, tags, locks, roles, policies. */
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ManagementLockClient } from "@azure/arm-locks";
import { PolicyClient } from "@azure/arm-policy";
import { ResourceManagementClient } from "@azure/arm-resources";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { rewriting, SUBSCRIPTION } from "./lab.ts";

export interface Management {
  resources: ResourceManagementClient;
  locks: ManagementLockClient;
  roles: AuthorizationManagementClient;
  policies: PolicyClient;
}

/** `@azure/core-client` finds what it expects of an answer by the request object that it sent. */
function keepingRequest(inner: HttpClient): HttpClient {
  return {
    sendRequest: async (request) => ({ ...(await inner.sendRequest(request)), request }),
  };
}

/** Clients of `TENANT/PRINCIPAL` for a local Azure with `plainEntra`. */
export function managementClients(url: string, token: string): Management {
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const options = { httpClient: keepingRequest(rewriting(url)), retryOptions: { maxRetries: 0 } };
  return {
    resources: new ResourceManagementClient(credential, SUBSCRIPTION, options),
    locks: new ManagementLockClient(credential, SUBSCRIPTION, options),
    roles: new AuthorizationManagementClient(credential, SUBSCRIPTION, options),
    policies: new PolicyClient(credential, SUBSCRIPTION, options),
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
