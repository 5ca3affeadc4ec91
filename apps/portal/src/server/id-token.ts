import { KluisError } from "@kluis/domain";
import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";

/** The signed-in user. Tenant and object id identify a user; names may change. */
export interface Identity {
  readonly tenantId: string;
  readonly objectId: string;
  readonly name: string;
  readonly username: string;
  /** Null: the token names no groups, because there are more than 200 or the app is not set up to name them. */
  readonly groupIds: readonly string[] | null;
  /** There are more than a token can name. */
  readonly hasMoreGroups: boolean;
}

export interface IdTokenRules {
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  readonly audience: string;
  readonly tenantId: string;
  readonly nonce: string;
}

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
const claimsSchema = z.object({
  oid: z.string().min(1),
  tid: z.string().min(1),
  nonce: z.string(),
  name: z.string().min(1).optional(),
  preferred_username: z.string().min(1).optional(),
  groups: z.array(z.string()).optional(),
  hasgroups: z.union([z.boolean(), z.string()]).optional(),
  _claim_names: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Verifies an id token: signature, issuer, audience, expiry, nonce and tenant. MSAL checks none of these.
 * @throws KluisError NOT_SIGNED_IN when any of them is wrong, AZURE_UNREACHABLE when the keys cannot be read.
 */
export async function verifyIdToken(token: string, rules: IdTokenRules): Promise<Identity> {
  const claims = claimsSchema.safeParse(await verifiedPayload(token, rules));
  if (!claims.success) throw untrusted("claims", claims.error);
  const { oid, tid, nonce, name, preferred_username: username, groups } = claims.data;
  if (nonce !== rules.nonce) throw untrusted("nonce");
  if (tid.toLowerCase() !== rules.tenantId.toLowerCase()) throw untrusted("tenant");
  const hasMoreGroups =
    claims.data.hasgroups !== undefined || claims.data._claim_names?.["groups"] !== undefined;
  return {
    tenantId: tid,
    objectId: oid,
    name: name ?? username ?? oid,
    username: username ?? oid,
    groupIds: hasMoreGroups ? null : (groups ?? null),
    hasMoreGroups,
  };
}

async function verifiedPayload(token: string, rules: IdTokenRules): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(token, rules.keys, {
      algorithms: ["RS256"],
      issuer: rules.issuer,
      audience: rules.audience,
      clockTolerance: 60,
      requiredClaims: ["exp", "iat", "oid", "tid", "nonce"],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout))
      throw untrusted(error.code, error);
    throw new KluisError("AZURE_UNREACHABLE", {
      message: "The keys of Microsoft Entra cannot be read.",
      action: "Try to sign in again in a moment.",
      cause: error,
    });
  }
}

function untrusted(check: string, cause?: unknown): KluisError {
  return new KluisError("NOT_SIGNED_IN", {
    reason: "sign-in-failed",
    message: "The ID token from Microsoft Entra is not valid.",
    action: "Start again with the sign-in button. If it persists, check the portal's Entra settings.",
    params: { check },
    ...(cause === undefined ? {} : { cause }),
  });
}
