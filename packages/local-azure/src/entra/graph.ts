/** The part of Microsoft Graph that tools need to name principals: users, groups, service principals. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../http/body.ts";
import { findTenant, type Tenant } from "./directory.ts";
import { sendJson } from "./http.ts";
import { TokenRefused } from "./tokens.ts";
import type { EntraContext } from "./types.ts";

const GRAPH = "https://graph.microsoft.com";
const PREFIX = "/v1.0/";
const BODY_LIMIT = 64 * 1024;

type Entity = Record<string, unknown> & { id: string };

function error(
  res: ServerResponse,
  status: number,
  { code, message }: { code: string; message: string },
): void {
  sendJson(res, status, { error: { code, message } });
}

/** The entities of a tenant by collection. */
function collectionsOf(tenant: Tenant): Record<string, Entity[]> {
  const principals = tenant.apps.map(({ principalId, clientId, name, secretName }) => ({
    id: principalId,
    appId: clientId,
    displayName: name,
    servicePrincipalType: secretName === null ? "ManagedIdentity" : "Application",
    servicePrincipalNames: [clientId],
    accountEnabled: true,
  }));
  return {
    servicePrincipals: principals,
    applications: principals.map(({ id, appId, displayName }) => ({ id, appId, displayName })),
    users: tenant.users.map(({ oid, name, userName, email }) => ({
      id: oid,
      displayName: name,
      userPrincipalName: userName,
      mail: email,
    })),
    groups: tenant.groups.map(({ id, name }) => ({ id, displayName: name })),
  };
}

const odataTypes: Readonly<Record<string, string>> = {
  servicePrincipals: "#microsoft.graph.servicePrincipal",
  users: "#microsoft.graph.user",
  groups: "#microsoft.graph.group",
};

/** Whether an entity has a quoted value of the filter; the CLI compares ids and names only. */
function matches(entity: Entity, filter: string | null): boolean {
  if (filter === null || filter === "") return true;
  const wanted = [...filter.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) => text.toLowerCase());
  const values = Object.values(entity)
    .flat()
    .map((value) => String(value).toLowerCase());
  return wanted.some((text) => values.includes(text));
}

function find(entities: readonly Entity[], idOrName: string): Entity | undefined {
  const wanted = idOrName.toLowerCase();
  return entities.find(({ id, userPrincipalName }) => [id, userPrincipalName].includes(wanted));
}

/** Answers a path below `/v1.0/`. Returns false, with nothing written, for other paths. */
export async function handleGraph(
  context: EntraContext,
  { req, res, url }: { req: IncomingMessage; res: ServerResponse; url: URL },
): Promise<boolean> {
  if (!url.pathname.startsWith(PREFIX)) return false;
  const tenant = await tenantOf(context, req);
  if (!tenant) {
    error(res, 401, { code: "InvalidAuthenticationToken", message: "Access token validation failure." });
    return true;
  }
  const [collection = "", id] = url.pathname.slice(PREFIX.length).split("/").map(decodeURIComponent);
  if (collection === "directoryObjects" && id === "getByIds") await getByIds(tenant, req, res);
  else get(res, { entities: collectionsOf(tenant)[collection], id, filter: url.searchParams.get("$filter") });
  return true;
}

async function tenantOf({ tokens }: EntraContext, req: IncomingMessage): Promise<Tenant | undefined> {
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "")?.[1] ?? "";
  try {
    return findTenant((await tokens.verifyAccessToken(token, GRAPH)).tid);
  } catch (cause) {
    if (cause instanceof TokenRefused) return undefined;
    throw cause;
  }
}

function get(
  res: ServerResponse,
  wanted: { entities: Entity[] | undefined; id: string | undefined; filter: string | null },
): void {
  const { entities, id, filter } = wanted;
  if (!entities)
    return error(res, 400, { code: "BadRequest", message: "Resource not found for the segment." });
  if (id === undefined || id === "")
    return sendJson(res, 200, { value: entities.filter((entity) => matches(entity, filter)) });
  const found = find(entities, id);
  if (found) return sendJson(res, 200, found);
  error(res, 404, {
    code: "Request_ResourceNotFound",
    message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  });
}

const idsBody = z.object({ ids: z.array(z.string()).max(1000) });

async function getByIds(tenant: Tenant, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const text = (await readBody(req, BODY_LIMIT)).toString("utf8");
  const body = idsBody.safeParse(JSON.parse(text === "" ? "{}" : text));
  if (!body.success) return error(res, 400, { code: "Request_BadRequest", message: "Invalid ids." });
  const collections = collectionsOf(tenant);
  const value = Object.entries(odataTypes).flatMap(([name, type]) =>
    (collections[name] ?? [])
      .filter((entity) => body.data.ids.includes(entity.id))
      .map((entity) => ({ "@odata.type": type, ...entity })),
  );
  sendJson(res, 200, { value });
}
