/** A local Entra for tests: behind a real listener, with a clock that the test moves. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { createDefaultHttpClient } from "@azure/core-rest-pipeline";
import { createEntra, type Entra } from "../index.ts";

export interface EntraHarness extends AsyncDisposable {
  readonly entra: Entra;
  readonly url: string;
  readonly dataDir: string;
  readonly clock: { nowMs: number; now(): number };
}

export async function startEntra(dataDir?: string): Promise<EntraHarness> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), "kluis-entra-")));
  const clock = {
    nowMs: Date.now(),
    now() {
      return this.nowMs;
    },
  };
  let url = "";
  const entra = createEntra({ store: { dataDir: folder }, baseUrl: () => url, clock });
  const server = createServer((req, res) => {
    entra
      .handle(req, res, new URL(req.url ?? "/", url))
      .then((handled) => (handled ? undefined : res.writeHead(404).end()))
      .catch((error: unknown) => res.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  url = `http://127.0.0.1:${address.port}`;
  return {
    entra,
    url,
    dataDir: folder,
    clock,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends requests for the public login host to a local Entra, with the public Host header. */
export function loginOverLoopback(url: string): HttpClient {
  const inner = createDefaultHttpClient();
  return {
    sendRequest(request) {
      const target = new URL(request.url);
      request.headers.set("host", target.host);
      request.url = `${url}${target.pathname}${target.search}`;
      request.allowInsecureConnection = true;
      return inner.sendRequest(request);
    },
  };
}

/** Submits the form of the account picker. Returns the redirect. */
export async function pickAccount(
  authorizeUrl: string,
  choice: { readonly oid: string } | { readonly cancel: true },
): Promise<URL> {
  const page = await fetch(authorizeUrl);
  const html = await page.text();
  const ticket = /name="ticket" value="([^"]+)"/.exec(html)?.[1];
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1];
  if (ticket === undefined || action === undefined)
    throw new Error(`The page has no account picker: ${page.status} ${html}`);
  const answer = await fetch(new URL(action, authorizeUrl), {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ ticket, ...("oid" in choice ? { oid: choice.oid } : { cancel: "1" }) }),
  });
  const location = answer.headers.get("location");
  if (location === null)
    throw new Error(`The answer is not a redirect: ${answer.status} ${await answer.text()}`);
  return new URL(location);
}
