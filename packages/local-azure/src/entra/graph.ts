/** The part of Microsoft Graph that Kluis and tools need: users with their groups, groups, and the names of principals. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { BodyTooLarge, readBody } from "../http/body.ts";
import type { Tenant } from "./directory.ts";
import { type Entity, GraphRefused, listPage, refusalBody } from "./graph-lists.ts";
import { sendJson } from "./http.ts";
import { type AccessClaims, TokenRefused } from "./tokens.ts";
import type { EntraContext } from "./types.ts";

const GRAPH = "https://graph.microsoft.com";
const PREFIX = "/v1.0/";
const BODY_LIMIT = 64 * 1024;
/** Most ids that one answer has. */
const MEMBERSHIPS_MOST = 11_000;

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
    users: tenant.users.map(({ oid, name, userName, email, enabled = true }) => ({
      id: oid,
      displayName: name,
      userPrincipalName: userName,
      mail: email,
      accountEnabled: enabled,
    })),
    groups: tenant.groups.map(({ id, name }) => ({ id, displayName: name, securityEnabled: true })),
  };
}

const odataTypes: Readonly<Record<string, string>> = {
  servicePrincipals: "#microsoft.graph.servicePrincipal",
  users: "#microsoft.graph.user",
  groups: "#microsoft.graph.group",
};

interface GraphCall {
  readonly tenant: Tenant;
  readonly claims: AccessClaims;
  readonly req: IncomingMessage;
  readonly url: URL;
  /** Base of the links to further pages. */
  readonly base: string;
}

/** Answers a path below `/v1.0/`. Returns false, with nothing written, for other paths. */
export async function handleGraph(
  context: EntraContext,
  { req, res, url }: { req: IncomingMessage; res: ServerResponse; url: URL },
): Promise<boolean> {
  if (!url.pathname.startsWith(PREFIX)) return false;
  try {
    const claims = await claimsOf(context, req);
    const tenant = claims === null ? undefined : context.tenantOf(claims.tid);
    if (claims === null || tenant === undefined)
      throw new GraphRefused(401, "InvalidAuthenticationToken", "Access token validation failure.");
    const { host = "" } = req.headers;
    const base = host.startsWith("graph.") ? `https://${host}` : context.publicBase(req);
    sendJson(res, 200, await answer({ tenant, claims, req, url, base }));
  } catch (error) {
    if (!(error instanceof GraphRefused)) throw error;
    sendJson(res, error.status, refusalBody(error, context.now()));
  }
  return true;
}

/** The claims of the request's token; null when it is not accepted. */
async function claimsOf({ tokens }: EntraContext, req: IncomingMessage): Promise<AccessClaims | null> {
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "")?.[1] ?? "";
  try {
    return await tokens.verifyAccessToken(token, GRAPH);
  } catch (cause) {
    if (cause instanceof TokenRefused) return null;
    throw cause;
  }
}

async function answer(call: GraphCall): Promise<unknown> {
  const { tenant, url, req } = call;
  const [collection = "", id = "", action] = url.pathname
    .slice(PREFIX.length)
    .split("/")
    .map(decodeURIComponent);
  const isPost = req.method === "POST";
  if (isPost && collection === "directoryObjects" && id === "getByIds") return getByIds(call);
  if (isPost && collection === "users" && ["getMemberGroups", "getMemberObjects"].includes(action ?? ""))
    return memberGroups(call, id);
  const entities = collectionsOf(tenant)[collection];
  if (isPost || entities === undefined || action !== undefined)
    throw new GraphRefused(400, "BadRequest", "Resource not found for the segment.");
  mustHold(call, readers[collection] ?? []);
  const shown = collection === "users" ? entities.map((user) => shownUser(call, user)) : entities;
  const context = `${GRAPH}/v1.0/$metadata#${collection}`;
  if (id === "")
    return { "@odata.context": context, ...listPage(shown, url, { base: call.base, most: tenant.pageMost }) };
  const wanted = id.toLowerCase();
  const found = shown.find((one) => [one.id, one["userPrincipalName"]].includes(wanted));
  if (found === undefined) throw missing(id);
  return { "@odata.context": `${context}/$entity`, ...found };
}

/** Permissions of which one is enough to read a collection. */
const readers: Readonly<Record<string, readonly string[]>> = {
  users: ["User.Read.All", "User.ReadBasic.All"],
  groups: ["GroupMember.Read.All", "Group.Read.All"],
};

/** An app needs one of the permissions; a user may read the directory. @throws GraphRefused 403 */
function mustHold({ claims }: GraphCall, anyOf: readonly string[]): void {
  const held = claims.roles ?? [];
  if (
    claims.idtyp === "user" ||
    held.includes("Directory.Read.All") ||
    anyOf.some((one) => held.includes(one))
  )
    return;
  throw new GraphRefused(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
}

/** An app that may read basic facts only gets null for the others. */
function shownUser({ claims }: GraphCall, user: Entity): Entity {
  const held = claims.roles ?? [];
  const isWhole =
    claims.idtyp === "user" || ["User.Read.All", "Directory.Read.All"].some((one) => held.includes(one));
  return isWhole ? user : { ...user, accountEnabled: null };
}

function missing(id: string): GraphRefused {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return new GraphRefused(404, "Request_ResourceNotFound", message);
}

const memberBody = z.object({ securityEnabledOnly: z.boolean() });

/** https://learn.microsoft.com/graph/api/directoryobject-getmembergroups */
async function memberGroups(call: GraphCall, id: string): Promise<unknown> {
  mustHold(call, ["User.Read.All", "User.ReadBasic.All"]);
  mustHold(call, ["GroupMember.Read.All", "Group.Read.All"]);
  await bodyOf(call, memberBody);
  const user = call.tenant.users.find(({ oid }) => oid === id.toLowerCase());
  if (user === undefined) throw missing(id);
  if (user.groups.length > MEMBERSHIPS_MOST) {
    const message = "The result set is too large.";
    throw new GraphRefused(400, "Directory_ResultSizeLimitExceeded", message);
  }
  return { "@odata.context": `${GRAPH}/v1.0/$metadata#Collection(Edm.String)`, value: user.groups };
}

const idsBody = z.object({ ids: z.array(z.string()).max(1000) });

async function getByIds(call: GraphCall): Promise<unknown> {
  mustHold(call, ["User.Read.All", "GroupMember.Read.All", "Application.Read.All"]);
  const { ids } = await bodyOf(call, idsBody);
  const collections = collectionsOf(call.tenant);
  const value = Object.entries(odataTypes).flatMap(([name, type]) =>
    (collections[name] ?? [])
      .filter((entity) => ids.includes(entity.id))
      .map((entity) => ({ "@odata.type": type, ...entity })),
  );
  return { value };
}

async function bodyOf<T>({ req }: GraphCall, schema: z.ZodType<T>): Promise<T> {
  try {
    const text = (await readBody(req, BODY_LIMIT)).toString("utf8");
    return schema.parse(JSON.parse(text === "" ? "{}" : text));
  } catch (error) {
    const isTheirs =
      error instanceof z.ZodError || error instanceof SyntaxError || error instanceof BodyTooLarge;
    if (!isTheirs) throw error;
    throw new GraphRefused(400, "Request_BadRequest", "The request body is invalid.");
  }
}
