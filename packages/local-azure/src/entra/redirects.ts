/**
 * Addresses to which sign-in and sign-out may return. For `http` loopback addresses the port is
 * ignored (RFC 8252 section 7.3), as in Entra. Scheme, host and path must be equal; a query or
 * fragment is refused.
 * Source: https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 */
export const portalRedirectUris: readonly string[] = [
  "http://localhost/auth/callback",
  "http://127.0.0.1/auth/callback",
];

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

export function redirectAllowed(redirectUri: string, registered: readonly string[]): boolean {
  const wanted = parse(redirectUri);
  if (wanted === null || redirectUri.includes("#") || wanted.search !== "" || wanted.username !== "")
    return false;
  return registered.some((entry) => {
    const known = new URL(entry);
    const portIgnored = known.protocol === "http:" && loopbackHosts.has(known.hostname);
    return (
      known.protocol === wanted.protocol &&
      known.hostname === wanted.hostname &&
      known.pathname === wanted.pathname &&
      (portIgnored || known.port === wanted.port)
    );
  });
}

/** Whether sign-out may return there: any page of this machine. Entra requires a registered one. */
export function logoutRedirectAllowed(uri: string): boolean {
  const wanted = parse(uri);
  return (
    wanted !== null &&
    wanted.protocol === "http:" &&
    loopbackHosts.has(wanted.hostname) &&
    wanted.username === ""
  );
}
