import { hkdfSync } from "node:crypto";
import { KluisError } from "@kluis/domain";
import { EncryptJWT, jwtDecrypt } from "jose";
import { z } from "zod";

/** State of a sign-in in progress, in a cookie that only this server can decrypt. */
export interface PendingSignIn {
  /** PKCE code verifier. */
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** The page to open after the sign-in. */
  readonly next: string;
}

/** Seconds within which a sign-in must finish. */
export const pendingSeconds = 600;

const schema = z.object({ verifier: z.string(), state: z.string(), nonce: z.string(), next: z.string() });

/** The cookie's key, derived from the client secret, so that no second secret has to be stored. */
function cookieKey(clientSecret: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", clientSecret, "", "kluis pending sign-in v1", 32));
}

export async function sealSignIn(pending: PendingSignIn, clientSecret: string): Promise<string> {
  return new EncryptJWT({ ...pending })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setIssuedAt()
    .setExpirationTime(`${pendingSeconds}s`)
    .encrypt(cookieKey(clientSecret));
}

/** @throws KluisError NOT_SIGNED_IN when the cookie is missing, expired or from another server. */
export async function openSignIn(cookie: string | undefined, clientSecret: string): Promise<PendingSignIn> {
  try {
    if (cookie === undefined) throw new Error("no cookie");
    const { payload } = await jwtDecrypt(cookie, cookieKey(clientSecret), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    return schema.parse(payload);
  } catch (error) {
    throw new KluisError("NOT_SIGNED_IN", {
      reason: "sign-in-failed",
      message: "This sign-in took too long or was started in another browser.",
      action: "Start again with the sign-in button.",
      params: { check: "pending" },
      cause: error,
    });
  }
}

/** The page of this portal to open after sign-in; anything else becomes the overview (no open redirects). */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  const url = URL.parse(next, "http://portal.invalid");
  if (
    url === null ||
    url.host !== "portal.invalid" ||
    url.pathname.startsWith("/auth/") ||
    url.pathname.startsWith("/signed-out")
  )
    return "/";
  return url.pathname + url.search;
}
