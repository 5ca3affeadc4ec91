/**
 * Which addresses a sign-in may return to. As Entra does for `http` loopback addresses, the port is ignored when a redirect
 * URI is compared (RFC 8252 section 7.3); host, path and scheme are compared exactly, and no query or fragment may follow.
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

/**
 * Sign-out may return to any page on this machine. Entra wants a registered address; here the loopback rule is enough,
 * since nothing outside of the machine can be reached by it.
 */
export function logoutRedirectAllowed(uri: string): boolean {
  const wanted = parse(uri);
  return (
    wanted !== null &&
    wanted.protocol === "http:" &&
    loopbackHosts.has(wanted.hostname) &&
    wanted.username === ""
  );
}
