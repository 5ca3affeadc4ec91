import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { AadError, aadErrorBody } from "./aad-error.ts";
import {
  AuthorizeRefused,
  type AuthorizeRequest,
  authorizeSchema,
  parseAuthorize,
} from "./authorize-request.ts";
import { findApp, type Tenant } from "./directory.ts";
import { readForm, sendHtml, sendRedirect } from "./http.ts";
import { renderFormPost, renderPicker, renderSignInError } from "./pages.ts";
import type { EntraContext } from "./types.ts";

const signInMinutes = 15;
const codeMinutes = 10;
const minute = 60_000;

/** What a code stands for: the request it answers and who signed in. */
export const codeSchema = z.object({ request: authorizeSchema, oid: z.string(), sid: z.string() });

type Target = Pick<AuthorizeRequest, "redirectUri" | "responseMode">;

function pageNonce(): string {
  return randomBytes(16).toString("base64");
}

/** Gives the answer to the app in the way that it asked for. */
function answer(res: ServerResponse, target: Target, fields: URLSearchParams): void {
  if (target.responseMode === "form_post") {
    const nonce = pageNonce();
    const formTargets = [new URL(target.redirectUri).origin];
    sendHtml(res, renderFormPost(target.redirectUri, fields, nonce), { nonce, formTargets });
    return;
  }
  const separator = target.responseMode === "fragment" ? "#" : "?";
  sendRedirect(res, `${target.redirectUri}${separator}${fields.toString()}`);
}

function answerError(res: ServerResponse, refused: AuthorizeRefused, now: number): void {
  const body = aadErrorBody(refused.refusal, now);
  const fields = new URLSearchParams({ error: body.error, error_description: body.error_description });
  if (refused.target.state !== null) fields.set("state", refused.target.state);
  answer(res, refused.target, fields);
}

function errorPage(res: ServerResponse, error: AadError, now: number): void {
  const nonce = pageNonce();
  const { error_description } = aadErrorBody(error, now);
  sendHtml(res, renderSignInError(error_description, nonce), { nonce, status: error.status });
}

async function guarded(context: EntraContext, res: ServerResponse, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AuthorizeRefused) answerError(res, error, context.now());
    else if (error instanceof AadError) errorPage(res, error, context.now());
    else throw error;
  }
}

export interface AuthorizeCall {
  readonly context: EntraContext;
  readonly tenant: Tenant;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly url: URL;
}

/** GET …/oauth2/v2.0/authorize: checks the request and shows the account picker. */
export async function showPicker({ context, tenant, res, url }: AuthorizeCall): Promise<void> {
  await guarded(context, res, async () => {
    const request = parseAuthorize(tenant, url.searchParams, context.redirectUris);
    const app = findApp(tenant, request.clientId);
    if (!app) throw new AadError(700016, "unauthorized_client", "The application was not found.");
    const nonce = pageNonce();
    const ticket = context.sealer.seal("sign-in", request, context.now() + signInMinutes * minute);
    const action = `/${tenant.id}/oauth2/v2.0/login`;
    const formTargets = [new URL(request.redirectUri).origin];
    sendHtml(res, renderPicker({ tenant, app, request, ticket, action, nonce }), { nonce, formTargets });
  });
}

/** POST …/oauth2/v2.0/login: the person picked themselves; answers the app with a code. */
export async function signIn({ context, tenant, req, res }: AuthorizeCall): Promise<void> {
  await guarded(context, res, async () => {
    const form = await readForm(req);
    const now = context.now();
    const ticket = context.sealer.open("sign-in", form.get("ticket") ?? "", { schema: authorizeSchema, now });
    if (ticket?.value.tenantId !== tenant.id || ticket.expired) {
      throw new AadError(
        50089,
        "invalid_request",
        "The sign-in expired. Go back to the application and start again.",
      );
    }
    const request = ticket.value;
    if (form.has("cancel")) {
      const refusal = new AadError(65004, "access_denied", "The person declined to sign in.");
      throw new AuthorizeRefused(request, refusal);
    }
    const person = tenant.people.find(({ oid }) => oid === form.get("oid"));
    if (!person)
      throw new AadError(50034, "invalid_request", "The user account does not exist in the directory.");
    const sid = randomUUID();
    const code = context.sealer.seal("code", { request, oid: person.oid, sid }, now + codeMinutes * minute);
    const fields = new URLSearchParams({ code });
    if (request.clientInfo) fields.set("client_info", clientInfo(tenant.id, person.oid));
    if (request.state !== null) fields.set("state", request.state);
    fields.set("session_state", sid);
    answer(res, request, fields);
  });
}

/** The `client_info` that MSAL builds its account id from. */
export function clientInfo(tenantId: string, oid: string): string {
  return Buffer.from(JSON.stringify({ uid: oid, utid: tenantId })).toString("base64url");
}
