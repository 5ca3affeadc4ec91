/** The HTTP client of a connection; redirects Azure's public hosts to this machine when a local Azure is configured. */
import { createDefaultHttpClient, type HttpClient, type PipelineResponse } from "@azure/core-rest-pipeline";

/**
 * @param rewrite public https host → base URL on this machine; empty: the SDK's own client. The SDK still sees https (it
 * refuses to send tokens over http), and the Host header still names the public host.
 * @param onTime gets the time of each answer, as its `Date` header says
 */
export function createHttpClient(
  rewrite: ReadonlyMap<string, string>,
  onTime?: (at: Date) => void,
): HttpClient {
  const inner = withTime(createDefaultHttpClient(), onTime);
  if (rewrite.size === 0) return inner;
  return {
    sendRequest(request) {
      const target = new URL(request.url);
      const base = target.protocol === "https:" ? baseOf(rewrite, target.hostname) : undefined;
      if (base === undefined) return inner.sendRequest(request);
      const redirected = request;
      redirected.headers.set("host", target.host);
      redirected.url = `${base}${target.pathname}${target.search}`;
      redirected.allowInsecureConnection = true;
      // The pipeline's retry must see the public address again.
      return inner.sendRequest(redirected).finally(() => {
        redirected.url = target.href;
        redirected.headers.delete("host");
      });
    },
  };
}

/** The base for a host, or for all hosts of its parent: `*.vault.azure.net`. */
function baseOf(rewrite: ReadonlyMap<string, string>, host: string): string | undefined {
  return rewrite.get(host) ?? rewrite.get(host.replace(/^[^.]+/, "*"));
}

function withTime(inner: HttpClient, onTime: ((at: Date) => void) | undefined): HttpClient {
  if (onTime === undefined) return inner;
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const response = await inner.sendRequest(request);
      const at = new Date(response.headers.get("date") ?? Number.NaN);
      if (!Number.isNaN(at.getTime())) onTime(at);
      return response;
    },
  };
}
