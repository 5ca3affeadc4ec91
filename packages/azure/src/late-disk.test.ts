/** An endpoint of a disk's bytes that accepts requests and never answers: each request ends within its limit. */
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blobCall, pageBlob, timelyCall } from "./disk-access.ts";
import { Sas } from "./sas.ts";

const server = createServer((request) => void request.resume());
const asked: number[] = [];
let sas: Sas;
const { signal } = new AbortController();

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const requestLimit = (bytes: number): number => {
    asked.push(bytes);
    return 40;
  };
  sas = new Sas(`http://127.0.0.1:${address.port}/md/abcd?sig=x`, { requestLimit });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe("an endpoint that never answers", () => {
  test("ends a read as unreachable, with a limit by its bytes", async () => {
    const grant = { resourceId: "/disks/d", sas };
    const request = { operation: "read the disk's data", grant, bytes: 4096 } as const;
    const read = blobCall(request, signal, (abortSignal) => pageBlob(sas).download(0, 4096, { abortSignal }));
    await expect(read).rejects.toMatchObject({
      code: "AZURE_UNREACHABLE",
      retry: "backoff",
      params: { azureCode: "TIMEOUT", operation: "read the disk's data" },
    });
    expect(new Set(asked)).toEqual(new Set([4096]));
  });

  test("makes a listing late, so that the caller requests less", async () => {
    const name = { operation: "list the disk's written ranges", target: "/disks/d", sas } as const;
    const answer = timelyCall(name, signal, (abortSignal) =>
      pageBlob(sas).getPageRanges(0, 512, { abortSignal }),
    );
    expect(await answer).toMatchObject({ late: true });
  });
});
