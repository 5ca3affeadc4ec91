export interface PolicyInput {
  readonly nonce: string;
  readonly development: boolean;
  /** The target of the sign-out redirect; browsers apply form-action to redirects as well. */
  readonly signOutOrigin: string;
}

/**
 * The Content-Security-Policy of a page (https://www.w3.org/TR/CSP3/). Scripts and style elements need the nonce.
 * Style attributes are allowed: pop-ups and bars set sizes through them, and they cannot run code.
 */
export function contentSecurityPolicy({ nonce, development, signOutOrigin }: PolicyInput): string {
  const directives: Record<string, string> = {
    "default-src": "'none'",
    "script-src": `'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src-elem": development ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`,
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": `'self'${development ? " ws:" : ""}`,
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": `'self' ${signOutOrigin}`,
    "frame-ancestors": "'none'",
    "object-src": "'none'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

/** Headers of every response, pages and API alike. */
export const commonSecurityHeaders = [
  { key: "x-content-type-options", value: "nosniff" },
  { key: "x-frame-options", value: "DENY" },
  { key: "referrer-policy", value: "same-origin" },
  { key: "cross-origin-opener-policy", value: "same-origin" },
  { key: "cross-origin-resource-policy", value: "same-origin" },
  { key: "permissions-policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
] as const;

export interface OriginCheckInput {
  readonly method: string;
  readonly origin: string | null;
  readonly secFetchSite: string | null;
  /** Origins under which users reach the portal. */
  readonly allowed: readonly string[];
}

/**
 * Returns whether a request may change something: reads always may, others need an allowed origin (CSRF protection,
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html).
 * Browsers send Origin with every POST. A request without Origin and Sec-Fetch-Site is not from a browser.
 */
export function isAllowedOrigin({ method, origin, secFetchSite, allowed }: OriginCheckInput): boolean {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return true;
  if (origin !== null) return allowed.includes(origin);
  return secFetchSite === null ? false : secFetchSite === "same-origin";
}

/** Returns the public origin; for loopback both names, because users type either `localhost` or 127.0.0.1. */
export function allowedOrigins(publicUrl: string): readonly string[] {
  const url = new URL(publicUrl);
  const names = ["localhost", "127.0.0.1"];
  if (!names.includes(url.hostname)) return [url.origin];
  return names.map((name) => `${url.protocol}//${name}${url.port === "" ? "" : `:${url.port}`}`);
}
