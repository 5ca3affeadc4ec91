/** The authorize endpoint: shows the account picker and answers the app. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { AadError, aadErrorBody, appNotFound, userDisabled, userNotFound } from "./aad-error.ts";
import {
  AuthorizeRefused,
  type AuthorizeRequest,
  authorizeSchema,
  parseAuthorize,
} from "./authorize-request.ts";
import { findApp, type Tenant } from "./directory.ts";
import { readForm, sendPage, sendRedirect } from "./http.ts";
import { renderFormPost, renderPicker, renderSignInError } from "./pages.ts";
import type { EntraContext } from "./types.ts";

const SIGN_IN_MS = 15 * 60_000;
const CODE_MS = 10 * 60_000;

/** The content of a code: the request that it answers and the user who signed in. */
export const codeSchema = z.object({ request: authorizeSchema, oid: z.string(), sid: z.string() });

type Target = Pick<AuthorizeRequest, "redirectUri" | "responseMode">;

/** Answers the app in the response mode of its request. */
function answer(res: ServerResponse, target: Target, fields: URLSearchParams): void {
  if (target.responseMode === "form_post") {
    return sendPage(res, (nonce) => renderFormPost(target.redirectUri, fields, nonce), {
      formTargets: [new URL(target.redirectUri).origin],
    });
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
  const { error_description } = aadErrorBody(error, now);
  sendPage(res, (nonce) => renderSignInError(error_description, nonce), { status: error.status });
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
    if (!app) throw appNotFound(request.clientId, tenant);
    const ticket = context.sealer.seal("sign-in", request, context.now() + SIGN_IN_MS);
    const action = `/${tenant.id}/oauth2/v2.0/login`;
    sendPage(res, (nonce) => renderPicker({ tenant, app, request, ticket, action, nonce }), {
      formTargets: [new URL(request.redirectUri).origin],
    });
  });
}

/** POST …/oauth2/v2.0/login: answers the app with a code, or an error when the user canceled. */
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
      const refusal = new AadError(65004, "access_denied", "The user declined to sign in.");
      throw new AuthorizeRefused(request, refusal);
    }
    const user = tenant.users.find(({ oid }) => oid === form.get("oid"));
    if (!user) throw userNotFound("invalid_request");
    if (user.enabled === false) throw userDisabled("invalid_request");
    const sid = randomUUID();
    const code = context.sealer.seal("code", { request, oid: user.oid, sid }, now + CODE_MS);
    const fields = new URLSearchParams({ code });
    if (request.clientInfo) fields.set("client_info", clientInfo(tenant.id, user.oid));
    if (request.state !== null) fields.set("state", request.state);
    fields.set("session_state", sid);
    answer(res, request, fields);
  });
}

/** `client_info`, from which MSAL builds its account id. */
export function clientInfo(tenantId: string, oid: string): string {
  return Buffer.from(JSON.stringify({ uid: oid, utid: tenantId })).toString("base64url");
}
