/** A storage that accepts requests and never answers, or stops in the middle: no request waits for longer than its limit. */
import { createServer, type RequestListener } from "node:http";
import { KluisError } from "@kluis/domain";
import { afterEach, describe, expect, it } from "vitest";
import { openAzureBlobStore } from "./azure-blob.ts";
import type { BlobStore } from "./port.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const { signal } = new AbortController();
const LIMIT_MS = 150;
/** For answers that come: a busy machine must not make them late. */
const PATIENT_MS = 60_000;

/** A store whose container exists, and whose other requests get `answer`. */
async function storeThat(
  answer: RequestListener,
  limitMs = LIMIT_MS,
): Promise<{ store: BlobStore; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    if (request.url?.includes("restype=container") === true && !request.url.includes("comp=list")) {
      response.writeHead(200).end();
      return;
    }
    requests.push(request.method ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const key = Buffer.alloc(32).toString("base64");
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${address.port}/a;`;
  const account = { connectionString };
  let ms = PATIENT_MS;
  const requestLimit = (): number => ms;
  const store = await openAzureBlobStore({ account, container: "late", requestLimit }, signal);
  ms = limitMs;
  return { store, requests };
}

async function failureOf(work: Promise<unknown>): Promise<KluisError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KluisError) return error;
  throw new Error("The call did not fail as expected.", { cause: error });
}

const calls: Readonly<Record<string, (store: BlobStore) => Promise<unknown>>> = {
  put: (store) => store.put("packs/one", [Buffer.alloc(100_000)], signal),
  get: (store) => store.get("packs/one", { signal }),
  head: (store) => store.head("packs/one", signal),
  list: (store) => Array.fromAsync(store.list("packs/", signal)),
  delete: (store) => store.delete("packs/one", signal),
};

describe("a storage that never answers", () => {
  it.each(Object.entries(calls))("ends %s within its limit, once", async (_name, call) => {
    const { store, requests } = await storeThat((request) => void request.resume());
    const error = await failureOf(call(store));
    expect(error).toMatchObject({ code: "VAULT_UNREACHABLE", reason: "azure-blob", retry: "backoff" });
    expect(error.params).toMatchObject({ azureCode: "TIMEOUT", seconds: 1 });
    expect(error.message).toContain("did not answer within");
    expect(requests).toHaveLength(1);
  });

  it("ends a body that stops in the middle", async () => {
    const { store } = await storeThat((_request, response) => {
      response.writeHead(200, { "content-length": "1000", etag: '"1"' });
      response.write(Buffer.alloc(10));
    });
    expect((await failureOf(store.get("packs/one", { signal }))).params).toMatchObject({
      azureCode: "TIMEOUT",
    });
  });

  it("is not late when the caller cancels", async () => {
    const { store } = await storeThat((request) => void request.resume());
    const cancel = new AbortController();
    const reading = failureOf(store.get("packs/one", { signal: cancel.signal }));
    cancel.abort();
    expect((await reading).code).toBe("CANCELLED");
  });
});

describe("a storage whose policy forbids a change", () => {
  const refuse: RequestListener = (request, response) => {
    if (request.method === "HEAD") response.writeHead(404).end();
    else {
      const body = "<Error><Code>BlobImmutableDueToPolicy</Code><Message>Immutable.</Message></Error>";
      response.writeHead(409, { "content-type": "application/xml" }).end(body);
    }
  };

  it.each(["put", "delete"])("says so when it refuses to %s", async (name) => {
    const { store } = await storeThat(refuse, PATIENT_MS);
    const error = await failureOf(calls[name]?.(store) ?? Promise.resolve());
    expect(error).toMatchObject({ code: "VAULT_UNREACHABLE", reason: "immutable" });
  });

  it("reports an object that exists", async () => {
    const { store } = await storeThat((request, response) => {
      if (request.method === "HEAD")
        response
          .writeHead(200, { "content-length": "5", "last-modified": "Thu, 26 Nov 2026 10:00:00 GMT" })
          .end();
      else refuse(request, response);
    }, PATIENT_MS);
    const error = await failureOf(store.put("packs/one", [Buffer.alloc(10)], signal));
    expect(error.code).toBe("VAULT_OBJECT_EXISTS");
  });
});
