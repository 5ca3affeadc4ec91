import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { peerHeader, peerOf, watchIncoming } from "./incoming.ts";

const seen: { method: string | undefined; url: string | undefined; peer: string | null }[] = [];
const server = createServer((request, response) => {
  const headers = new Headers({ [peerHeader]: String(request.headers[peerHeader]) });
  seen.push({ method: request.method, url: request.url, peer: peerOf(headers) });
  response.end();
});

beforeAll(async () => {
  for (const name of ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET_FILE"]) vi.stubEnv(`KLUIS_ENTRA_${name}`, "x");
  watchIncoming();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

function send(method: string, headers: Record<string, string> = {}): Promise<void> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: "127.0.0.1", method, headers, agent: false }, (answer) => {
      answer.resume().once("end", () => resolve());
    });
    sent.once("error", reject).end();
  });
}

test("the peer is that of the connection; a client cannot name it, and TRACE does not reach a page", async () => {
  await send("GET", { [peerHeader]: "guess 203.0.113.9" });
  await send("TRACE");
  expect(seen).toEqual([
    { method: "GET", url: "/", peer: "127.0.0.1" },
    { method: "GET", url: "/api/method", peer: "127.0.0.1" },
  ]);
  expect(peerOf(new Headers({ [peerHeader]: "guess 203.0.113.9" }))).toBeNull();
});
