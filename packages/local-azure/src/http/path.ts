/** Paths of requests as Resource Manager reads them. */

/**
 * The URL of a request. Slashes at the start are one slash, and a scope may come encoded as one
 * segment (`/%2Fsubscriptions%2F…/providers/…`): some SDKs send both, and Azure accepts both.
 */
export function urlOf(target: string): URL {
  const [first = "", ...rest] = target.replace(/^\/+/, "").split("/");
  const scope = /^%2f/i.test(first) ? first.replaceAll(/%2f/gi, "/") : first;
  return new URL(`/${[scope.replace(/^\/+/, ""), ...rest].join("/")}`, "http://127.0.0.1");
}
