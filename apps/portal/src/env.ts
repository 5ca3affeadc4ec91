import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { parseTrustedProxies, type TrustedProxies } from "#server/addresses.ts";

/**
 * The portal's own settings, parsed once. The API parses the settings of the vault.
 * None of them reaches the browser.
 */
const envSchema = z.object({
  KLUIS_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http(s) address such as http://localhost:3000" })
    .refine((url) => new URL(url).pathname === "/" && new URL(url).search === "", {
      error: "must have no path: give the portal its own host name",
    })
    .transform((url) => new URL(url).origin)
    .optional(),
  KLUIS_TRUSTED_PROXIES: z.string().optional(),
  KLUIS_PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  KLUIS_ENTRA_TENANT_ID: z.string().min(1, "must be the directory (tenant) id"),
  KLUIS_ENTRA_CLIENT_ID: z.string().min(1, "must be the application (client) id"),
  KLUIS_ENTRA_CLIENT_SECRET_FILE: z.string().min(1, "must name the file that holds the client secret"),
  KLUIS_ENTRA_AUTHORITY: z.url({ protocol: /^https$/, error: "must be an https address" }).optional(),
  KLUIS_ENTRA_AUTHORIZATION_ENDPOINT: z.url().optional(),
  KLUIS_ENTRA_TOKEN_ENDPOINT: z.url().optional(),
  KLUIS_ENTRA_JWKS_URI: z.url().optional(),
  KLUIS_ENTRA_END_SESSION_ENDPOINT: z.url().optional(),
  KLUIS_ENTRA_ISSUER: z.url().optional(),
});

export interface EntraSettings {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  /** Always https: MSAL refuses anything else, even when the endpoints below are plain http on loopback. */
  readonly authority: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly endSessionEndpoint: string;
  readonly issuer: string;
}

export interface PortalEnv {
  readonly publicUrl: string;
  readonly trustedProxies: TrustedProxies;
  readonly entra: EntraSettings;
}

/**
 * Reads the settings. Endpoints default to those of Microsoft Entra for the tenant
 * (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc).
 * @throws KluisError CONFIG_INVALID naming every setting that is wrong.
 */
export function parsePortalEnv(source: Readonly<Record<string, string | undefined>>): PortalEnv {
  const filled = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = envSchema.safeParse(filled);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new KluisError("CONFIG_INVALID", {
      message: `The portal's settings are not complete. ${problems.join("; ")}.`,
      action: "Set these environment variables and start the portal again.",
      cause: parsed.error,
    });
  }
  const env = parsed.data;
  const authority =
    env.KLUIS_ENTRA_AUTHORITY ?? `https://login.microsoftonline.com/${env.KLUIS_ENTRA_TENANT_ID}`;
  return {
    trustedProxies: parseTrustedProxies(env.KLUIS_TRUSTED_PROXIES),
    publicUrl: env.KLUIS_PUBLIC_URL ?? `http://localhost:${env.KLUIS_PORT}`,
    entra: {
      tenantId: env.KLUIS_ENTRA_TENANT_ID,
      clientId: env.KLUIS_ENTRA_CLIENT_ID,
      clientSecretFile: env.KLUIS_ENTRA_CLIENT_SECRET_FILE,
      authority,
      authorizationEndpoint: env.KLUIS_ENTRA_AUTHORIZATION_ENDPOINT ?? `${authority}/oauth2/v2.0/authorize`,
      tokenEndpoint: env.KLUIS_ENTRA_TOKEN_ENDPOINT ?? `${authority}/oauth2/v2.0/token`,
      jwksUri: env.KLUIS_ENTRA_JWKS_URI ?? `${authority}/discovery/v2.0/keys`,
      endSessionEndpoint: env.KLUIS_ENTRA_END_SESSION_ENDPOINT ?? `${authority}/oauth2/v2.0/logout`,
      issuer: env.KLUIS_ENTRA_ISSUER ?? `${authority}/v2.0`,
    },
  };
}

let cached: PortalEnv | undefined;

/** The settings of this process; read at the first request, never at build time. */
export function portalEnv(): PortalEnv {
  cached ??= parsePortalEnv(process.env);
  return cached;
}
