import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";

/**
 * An HTTP client that sends what is meant for a public https host to a base on this machine. The SDKs keep their own
 * authentication (they refuse tokens over http otherwise); the Host header still names the public host, as a name server
 * that points there would have it. Without a map it is the SDK's own client.
 */
export function createHttpClient(rewrite: ReadonlyMap<string, string>): HttpClient {
  const inner = createDefaultHttpClient();
  if (rewrite.size === 0) return inner;
  return {
    sendRequest(request) {
      const target = new URL(request.url);
      const base = target.protocol === "https:" ? rewrite.get(target.hostname) : undefined;
      if (base === undefined) return inner.sendRequest(request);
      const redirected = request;
      redirected.headers.set("host", target.host);
      redirected.url = `${base}${target.pathname}${target.search}`;
      redirected.allowInsecureConnection = true;
      // A retry by the pipeline must find the public address again.
      return inner.sendRequest(redirected).finally(() => {
        redirected.url = target.href;
        redirected.headers.delete("host");
      });
    },
  };
}
