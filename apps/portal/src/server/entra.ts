import { readFile } from "node:fs/promises";
import { ConfidentialClientApplication, CryptoProvider } from "@azure/msal-node";
import { KluisError } from "@kluis/domain";
import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import { type Identity, verifyIdToken } from "#server/id-token.ts";
import { openSignIn, type PendingSignIn, sealSignIn } from "#server/pending-sign-in.ts";
import type { EntraSettings } from "../env.ts";

const scopes = ["openid", "profile"];

/** A started sign-in: the URL to redirect to, and the sealed cookie that the callback needs. */
export interface StartedSignIn {
  readonly url: string;
  /** Names the cookie of this sign-in. */
  readonly state: string;
  readonly cookie: string;
}

export interface Callback {
  readonly code: string | null;
  readonly state: string | null;
  readonly error: string | null;
  readonly cookie: string | undefined;
}

/** Sign-in with Microsoft Entra: authorization code with PKCE (RFC 7636), state and nonce. */
export interface Entra {
  start(redirectUri: string, next: string): Promise<StartedSignIn>;
  /**
   * Verifies the callback and returns the signed-in user.
   * @throws KluisError NOT_SIGNED_IN when the response cannot be trusted or the user declined, AZURE_UNREACHABLE when
   * Entra does not respond.
   */
  finish(
    callback: Callback,
    redirectUri: string,
  ): Promise<{ readonly identity: Identity; readonly next: string }>;
  /** Returns the URL that also ends the Entra session and redirects to `returnTo`. */
  signOutUrl(returnTo: string): string;
}

export async function createEntra(settings: EntraSettings): Promise<Entra> {
  const secret = await readSecret(settings.clientSecretFile);
  const client = msalClient(settings, secret);
  const keys = createRemoteJWKSet(new URL(settings.jwksUri));
  return {
    start: (redirectUri, next) => start({ client, secret, redirectUri, next }),
    finish: (callback, redirectUri) => finish({ client, secret, keys, settings, callback, redirectUri }),
    signOutUrl: (returnTo) => {
      const url = new URL(settings.endSessionEndpoint);
      url.searchParams.set("post_logout_redirect_uri", returnTo);
      url.searchParams.set("client_id", settings.clientId);
      return url.href;
    },
  };
}

async function readSecret(file: string): Promise<string> {
  try {
    const secret = (await readFile(file, "utf8")).trim();
    if (secret !== "") return secret;
  } catch (error) {
    throw new KluisError("CONFIG_INVALID", {
      message: "The file with the client secret of the portal cannot be read.",
      action: "Check KLUIS_ENTRA_CLIENT_SECRET_FILE and the file's permissions.",
      cause: error,
    });
  }
  throw new KluisError("CONFIG_INVALID", {
    message: "The file with the client secret of the portal is empty.",
    action:
      "Put the secret of the Entra application into the file that KLUIS_ENTRA_CLIENT_SECRET_FILE names.",
  });
}

/**
 * Passing the endpoints as metadata stops MSAL's discovery request. It also allows plain-http endpoints on loopback,
 * although MSAL requires an https authority.
 */
function msalClient(settings: EntraSettings, clientSecret: string): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId: settings.clientId,
      clientSecret,
      authority: settings.authority,
      knownAuthorities: [new URL(settings.authority).host],
      authorityMetadata: JSON.stringify({
        issuer: settings.issuer,
        authorization_endpoint: settings.authorizationEndpoint,
        token_endpoint: settings.tokenEndpoint,
        end_session_endpoint: settings.endSessionEndpoint,
        jwks_uri: settings.jwksUri,
      }),
    },
  });
}

interface StartInput {
  readonly client: ConfidentialClientApplication;
  readonly secret: string;
  readonly redirectUri: string;
  readonly next: string;
}

async function start({ client, secret, redirectUri, next }: StartInput): Promise<StartedSignIn> {
  const crypto = new CryptoProvider();
  const { verifier, challenge } = await crypto.generatePkceCodes();
  const pending: PendingSignIn = {
    verifier,
    state: crypto.createNewGuid(),
    nonce: crypto.createNewGuid(),
    next,
  };
  const url = await client.getAuthCodeUrl({
    scopes,
    redirectUri,
    state: pending.state,
    nonce: pending.nonce,
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
  });
  return { url, state: pending.state, cookie: await sealSignIn(pending, secret) };
}

interface FinishInput {
  readonly client: ConfidentialClientApplication;
  readonly secret: string;
  readonly keys: JWTVerifyGetKey;
  readonly settings: EntraSettings;
  readonly callback: Callback;
  readonly redirectUri: string;
}

async function finish(input: FinishInput): Promise<{ readonly identity: Identity; readonly next: string }> {
  const { client, secret, keys, settings, callback, redirectUri } = input;
  const pending = await openSignIn(callback.cookie, secret);
  if (callback.state === null || callback.state !== pending.state) {
    throw refused("The response of Microsoft Entra does not match this sign-in.");
  }
  if (callback.error !== null)
    throw refused("Microsoft Entra did not sign the user in.", { reason: callback.error.slice(0, 80) });
  if (callback.code === null) throw refused("The response of Microsoft Entra has no authorization code.");
  const { idToken } = await redeem(client, {
    code: callback.code,
    redirectUri,
    pending,
  });
  const identity = await verifyIdToken(idToken, {
    keys,
    issuer: settings.issuer,
    audience: settings.clientId,
    tenantId: settings.tenantId,
    nonce: pending.nonce,
  });
  return { identity, next: pending.next };
}

interface RedeemInput {
  readonly code: string;
  readonly redirectUri: string;
  readonly pending: PendingSignIn;
}

async function redeem(client: ConfidentialClientApplication, { code, redirectUri, pending }: RedeemInput) {
  try {
    // MSAL compares the state only if the response is passed too; it reads the nonce from the request.
    return await client.acquireTokenByCode(
      {
        code,
        scopes,
        redirectUri,
        codeVerifier: pending.verifier,
        state: pending.state,
        nonce: pending.nonce,
      },
      { code, state: pending.state },
    );
  } catch (error) {
    const code = error instanceof Error && "errorCode" in error ? String(error.errorCode) : "unknown";
    if (
      code === "network_error" ||
      code === "endpoints_resolution_error" ||
      code === "no_network_connectivity"
    ) {
      throw new KluisError("AZURE_UNREACHABLE", {
        message: "Microsoft Entra does not respond.",
        action: "Try to sign in again in a moment.",
        cause: error,
      });
    }
    throw refused("Microsoft Entra did not accept the sign-in.", { reason: code }, error);
  }
}

function refused(
  message: string,
  params: Readonly<Record<string, string>> = {},
  cause?: unknown,
): KluisError {
  return new KluisError("NOT_SIGNED_IN", {
    reason: "sign-in-failed",
    message,
    action: "Start again with the sign-in button.",
    params,
    ...(cause === undefined ? {} : { cause }),
  });
}
