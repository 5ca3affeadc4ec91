/** Answers requests to `https://NAME.vault.azure.net/keys/…`: the part of Key Vault's data plane that Kluis uses. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isAllowed } from "../arm/authorization/roles.ts";
import { type AccessClaims, type Entra, TokenRefused } from "../entra/index.ts";
import { noFacts } from "../faults/refusal-kinds.ts";
import { refusals } from "../faults/refusals.ts";
import { readBody } from "../http/body.ts";
import { logFailure } from "../log.ts";
import type { World } from "../world.ts";
import {
  badParameter,
  errorBody,
  forbiddenByFirewall,
  forbiddenByRbac,
  KeyVaultError,
  keyNotFound,
  methodNotAllowed,
  unauthorized,
} from "./errors.ts";
import { createKey, findKey, findVersion, keyBundle, keyItem, updateKey, useKey } from "./keys.ts";
import type { KeyVault } from "./model.ts";

const SUFFIX = ".vault.azure.net";
const BODY_LIMIT = 64 * 1024;
/** Versions of the data plane that know keys. */
const API_VERSIONS = ["2025-07-01", "7.6", "7.5", "7.4", "7.3", "7.2", "7.1", "7.0", "2016-10-01"];

/** The name of the vault that a Host header names; null for another service. */
export function keyVaultOf(host: string | undefined): string | null {
  const name = host?.toLowerCase().replace(/:\d+$/, "") ?? "";
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : null;
}

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
}

/** What a request wants, and the right that it needs. */
interface Operation {
  name: "get" | "versions" | "create" | "update" | "delete" | "recover" | "wrapKey" | "unwrapKey";
  action: string;
  key: string;
  version: string | undefined;
}

export async function dispatchKeyVault(
  deps: { world: World; entra: Entra },
  { req, res, url }: Exchange,
  name: string,
): Promise<void> {
  const { world } = deps;
  const vault = world.state.keyVaults[name];
  // The name does not resolve in DNS: no server answers.
  if (vault === undefined) {
    res.destroy();
    return;
  }
  setCommonHeaders(req, res, vault);
  const send = (error: KeyVaultError): void => sendError(res, error);
  const operation = operationOf(req.method ?? "GET", url);
  const call = {
    operation: `keyvault.${operation?.name ?? "unknown"}`,
    method: req.method ?? "GET",
    path: url.pathname,
    resource: vault.id,
  };
  const outcome = await world.faults.applyToCall(call, {
    refuse: async ({ status, code, message, retryAfterSeconds }) =>
      send(
        new KeyVaultError(
          { status, code: status === 429 ? "Throttled" : code },
          status === 429 ? "Request was not processed because too many requests were received." : message,
          retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
        ),
      ),
    refuseAs: async ({ reason }) => {
      const { status, code, message } = refusals[reason];
      send(new KeyVaultError({ status, code }, message(noFacts)));
      return { next: "stop" };
    },
    drop: () => res.destroy(),
    revokeGrant: async () => undefined,
    rejectToken: async () => send(unauthorized(vault.tenantId, "AKV10000: The token is not valid.")),
  });
  if (outcome.next === "stop") return;
  try {
    const principal = await authenticate(deps, vault, req);
    const body = await jsonOf(req);
    sendJson(res, await answer(world, { vault, operation, url, principal, body }));
  } catch (error) {
    if (!(error instanceof KeyVaultError)) logFailure("a request to a key vault", error);
    send(error instanceof KeyVaultError ? error : internal());
  }
}

function operationOf(method: string, url: URL): Operation | null {
  const [, root = "", key = "", second, third] = url.pathname.split("/").map(decodeURIComponent);
  const version = second === "" ? undefined : second;
  const of = (name: Operation["name"], right: string): Operation => ({
    name,
    action: `Microsoft.KeyVault/vaults/keys/${right}`,
    key,
    version,
  });
  if (root.toLowerCase() === "deletedkeys" && method === "POST" && second === "recover")
    return of("recover", "recover/action");
  if (root.toLowerCase() !== "keys" || key === "") return null;
  if (method === "GET") return second === "versions" ? of("versions", "read") : of("get", "read");
  if (method === "POST" && second === "create") return of("create", "create/action");
  if (method === "POST" && third?.toLowerCase() === "wrapkey") return of("wrapKey", "wrap/action");
  if (method === "POST" && third?.toLowerCase() === "unwrapkey") return of("unwrapKey", "unwrap/action");
  if (method === "PATCH") return of("update", "update/action");
  return method === "DELETE" && second === undefined ? of("delete", "delete") : null;
}

/** @throws KeyVaultError 401 with a challenge */
async function authenticate(
  { entra }: { entra: Entra },
  vault: KeyVault,
  req: IncomingMessage,
): Promise<AccessClaims> {
  const [, token] = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "") ?? [];
  if (token === undefined)
    throw unauthorized(vault.tenantId, "AKV10000: Request is missing a Bearer or PoP token.");
  let claims: AccessClaims;
  try {
    claims = await entra.verifyAccessToken(token, "https://vault.azure.net");
  } catch (error) {
    const reason = error instanceof TokenRefused ? error.reason : "malformed";
    throw unauthorized(vault.tenantId, tokenTexts[reason]);
  }
  if (claims.tid !== vault.tenantId)
    throw unauthorized(
      vault.tenantId,
      `AKV10032: Invalid issuer. Expected one of https://sts.windows.net/${vault.tenantId}/, found ${claims.iss}.`,
    );
  return claims;
}

const tokenTexts: Readonly<Record<TokenRefused["reason"], string>> = {
  malformed: "AKV10001: The token is malformed.",
  signature: "AKV10046: Unable to resolve the key used for signature validation.",
  issuer: "AKV10032: Invalid issuer.",
  audience: "AKV10022: Invalid audience. Expected https://vault.azure.net.",
  expired: "AKV10045: The token has expired.",
};

async function answer(
  world: World,
  request: {
    vault: KeyVault;
    operation: Operation | null;
    url: URL;
    principal: AccessClaims;
    body: unknown;
  },
): Promise<unknown> {
  const { vault, operation, url, principal, body } = request;
  checkVersion(url);
  if (operation === null) throw methodNotAllowed();
  if (vault.publicNetworkAccess === "Disabled") throw forbiddenByFirewall(vault.name);
  checkRight(world, { vault, operation, principal });
  const { name, key, version } = operation;
  const now = Math.floor(world.clock.now() / 1000);
  if (name === "get") {
    const found = findKey(vault, key);
    return keyBundle(vault, found.name, findVersion(found, version));
  }
  if (name === "versions") {
    const found = findKey(vault, key);
    return { value: found.versions.map((one) => keyItem(vault, found.name, one)), nextLink: null };
  }
  if (name === "wrapKey" || name === "unwrapKey") {
    const found = findKey(vault, key);
    const used = findVersion(found, version);
    const value = useKey(used, name, { body, now }).toString("base64url");
    return { kid: `https://${vault.name}${SUFFIX}/keys/${found.name}/${used.version}`, value };
  }
  const changed = change(vault, operation, { body, now });
  await world.store.flush();
  return changed;
}

function change(
  vault: KeyVault,
  { name, key, version }: Operation,
  { body, now }: { body: unknown; now: number },
): unknown {
  if (name === "create") return keyBundle(vault, key, createKey(vault, key, { body, now }));
  const found = name === "recover" ? vault.keys[key.toLowerCase()] : findKey(vault, key);
  if (found === undefined) throw keyNotFound(key);
  const used = findVersion(found, name === "update" ? version : undefined);
  if (name === "update") updateKey(used, { body, now });
  if (name === "delete") found.deletedAt = now;
  if (name === "recover") delete found.deletedAt;
  return keyBundle(vault, found.name, used);
}

function checkVersion(url: URL): void {
  const version = url.searchParams.get("api-version");
  if (version === null || version === "") throw badParameter("api-version must be specified");
  if (!API_VERSIONS.includes(version))
    throw badParameter(
      `The specified version (${version}) is not recognized. Consider using the latest supported version (${API_VERSIONS[0] ?? ""}).`,
    );
}

function checkRight(
  { state }: World,
  { vault, operation, principal }: { vault: KeyVault; operation: Operation; principal: AccessClaims },
): void {
  const resource = `${vault.id}/keys/${operation.key}`;
  const { action } = operation;
  if (isAllowed(state, principal, { action, scope: resource, data: true })) return;
  const { appid, oid, iss } = principal;
  throw forbiddenByRbac({ caller: { appid, oid, iss }, action, resource, vault });
}

async function jsonOf(req: IncomingMessage): Promise<unknown> {
  const text = (await readBody(req, BODY_LIMIT)).toString("utf8");
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw badParameter("The request body is not valid JSON.");
  }
}

function internal(): KeyVaultError {
  return new KeyVaultError({ status: 500, code: "InternalError" }, "There was an internal error.");
}

function setCommonHeaders(req: IncomingMessage, res: ServerResponse, vault: KeyVault): void {
  const clientId = req.headers["x-ms-client-request-id"];
  if (typeof clientId === "string") res.setHeader("x-ms-client-request-id", clientId);
  res.setHeader("x-ms-request-id", randomUUID());
  res.setHeader("x-ms-keyvault-region", vault.location);
  res.setHeader("x-ms-keyvault-service-version", "1.9.1652.1");
  res.setHeader("cache-control", "no-cache");
  res.setHeader("pragma", "no-cache");
  res.setHeader("expires", "-1");
  res.setHeader("x-content-type-options", "nosniff");
  res.setHeader("strict-transport-security", "max-age=31536000;includeSubDomains");
}

function sendJson(res: ServerResponse, body: unknown): void {
  res.statusCode = 200;
  res.setHeader("content-type", "application/json; charset=utf-8");
  res.end(JSON.stringify(body));
}

function sendError(res: ServerResponse, error: KeyVaultError): void {
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  res.statusCode = error.status;
  res.setHeader("content-type", "application/json; charset=utf-8");
  res.end(errorBody(error));
}
