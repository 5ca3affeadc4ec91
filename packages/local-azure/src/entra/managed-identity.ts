/** The token endpoint of the instance metadata service. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { CONTOSO_TENANT_ID, findApp, findTenant, MANAGED_IDENTITY_CLIENT_ID } from "./directory.ts";
import { sendJson } from "./http.ts";
import { ACCESS_TOKEN_SECONDS, audienceOf } from "./tokens.ts";
import type { EntraContext } from "./types.ts";

function refuse(res: ServerResponse, error: string, description: string): void {
  sendJson(res, 400, { error, error_description: description });
}

/**
 * GET /metadata/identity/oauth2/token, for a machine with one system-assigned identity. Clients
 * find it through AZURE_POD_IDENTITY_AUTHORITY_HOST.
 * Source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export async function issueManagedIdentityToken(
  context: EntraContext,
  exchange: { readonly req: IncomingMessage; readonly res: ServerResponse; readonly url: URL },
): Promise<void> {
  const { req, res, url } = exchange;
  if (req.headers.metadata !== "true") {
    return refuse(res, "invalid_request", "Required metadata header not specified");
  }
  if (!url.searchParams.has("api-version")) {
    return refuse(res, "invalid_request", "Required query variable 'api-version' is missing");
  }
  const clientId = url.searchParams.get("client_id");
  const userAssigned = url.searchParams.get("msi_res_id") ?? url.searchParams.get("object_id");
  if (userAssigned !== null || (clientId !== null && clientId.toLowerCase() !== MANAGED_IDENTITY_CLIENT_ID)) {
    return refuse(res, "invalid_request", "Identity not found");
  }
  const audience = audienceOf(url.searchParams.get("resource") ?? "");
  if (audience === null) {
    return refuse(
      res,
      "invalid_resource",
      "AADSTS500011: The resource principal was not found in the tenant.",
    );
  }
  const tenant = findTenant(CONTOSO_TENANT_ID);
  const app = tenant && findApp(tenant, MANAGED_IDENTITY_CLIENT_ID);
  if (!tenant || !app) return refuse(res, "invalid_request", "Identity not found");
  const issued = Math.floor(context.now() / 1000);
  sendJson(res, 200, {
    access_token: await context.tokens.appToken(tenant, app, audience),
    client_id: app.clientId,
    expires_in: String(ACCESS_TOKEN_SECONDS),
    expires_on: String(issued + ACCESS_TOKEN_SECONDS),
    ext_expires_in: String(ACCESS_TOKEN_SECONDS),
    not_before: String(issued),
    resource: url.searchParams.get("resource"),
    token_type: "Bearer",
  });
}
