/**
 * The limit of a backup and of a restore: a program that only copies bytes between the local Azure and Azurite. It makes requests
 * of the sizes that the engine makes, without an SDK, and nothing with the bytes. Sends what it cost.
 */
import { Agent, type IncomingMessage, request } from "node:http";
import { forEachConcurrent } from "@kluis/domain";
import { z } from "zod";

const MIB = 1024 * 1024;
const RANGE_BYTES = 4 * MIB;
const BLOB_BYTES = 8 * MIB;

const planSchema = z.object({
  direction: z.enum(["backup", "restore"]),
  /** Address of the disk, with its signature. */
  disk: z.url(),
  /** Address of the container, with its signature. */
  container: z.url(),
  bytes: z.number(),
  /** Blobs that are copied at the same time. */
  parallel: z.number(),
});

const agent = new Agent({ keepAlive: true });
const plan = planSchema.parse(JSON.parse(process.argv[2] ?? ""));
const version = { "x-ms-version": "2024-11-04" };
let requests = 0;

interface Call {
  readonly method: "GET" | "PUT";
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: readonly Buffer[];
  readonly target?: Buffer;
}

function send(address: string, { method, headers, body = [], target }: Call): Promise<void> {
  requests += 1;
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      let at = 0;
      answer.on("data", (piece: Buffer) => {
        target?.set(piece, at);
        at += piece.length;
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const status = answer.statusCode ?? 0;
        const isWhole = target === undefined || at === target.length;
        if (status >= 200 && status < 300 && isWhole) resolve();
        else reject(new Error(`${method} ended with status ${status} after ${at} bytes.`));
      });
    };
    const length = body.reduce((sum, piece) => sum + piece.length, 0);
    const outgoing = request(
      address,
      {
        agent,
        method,
        headers: { ...version, ...headers, ...(method === "PUT" ? { "content-length": length } : {}) },
      },
      onAnswer,
    );
    outgoing.on("error", reject);
    for (const piece of body) outgoing.write(piece);
    outgoing.end();
  });
}

const rangeOf = (from: number, length: number): string => `bytes=${from}-${from + length - 1}`;

function blobAt(offset: number): string {
  const address = new URL(plan.container);
  address.pathname += `/copy/${offset}`;
  return address.href;
}

interface Piece {
  readonly from: number;
  readonly bytes: Buffer;
}

function piecesOf(buffer: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < buffer.length; from += RANGE_BYTES)
    pieces.push({ from, bytes: buffer.subarray(from, from + RANGE_BYTES) });
  return pieces;
}

function read(address: string, from: number, target: Buffer): Promise<void> {
  return send(address, { method: "GET", headers: { "x-ms-range": rangeOf(from, target.length) }, target });
}

async function backUp(offset: number, buffer: Buffer): Promise<void> {
  const pieces = piecesOf(buffer);
  await Promise.all(pieces.map(({ from, bytes }) => read(plan.disk, offset + from, bytes)));
  const body = pieces.map(({ bytes }) => bytes);
  await send(blobAt(offset), { method: "PUT", headers: { "x-ms-blob-type": "BlockBlob" }, body });
}

async function restore(offset: number, buffer: Buffer): Promise<void> {
  const address = `${plan.disk}&comp=page`;
  const copy = async ({ from, bytes }: Piece): Promise<void> => {
    await read(blobAt(offset), from, bytes);
    const headers = { "x-ms-page-write": "update", "x-ms-range": rangeOf(offset + from, bytes.length) };
    await send(address, { method: "PUT", headers, body: [bytes] });
  };
  await Promise.all(piecesOf(buffer).map(copy));
}

const copyBlob = { backup: backUp, restore }[plan.direction];
const free = Array.from({ length: plan.parallel }, () => Buffer.allocUnsafeSlow(BLOB_BYTES));
const offsets = Array.from({ length: Math.ceil(plan.bytes / BLOB_BYTES) }, (_, n) => n * BLOB_BYTES);
const began = performance.now();
const cpu = process.cpuUsage();
const { signal } = new AbortController();
await forEachConcurrent(offsets, { limit: plan.parallel, signal }, async (offset) => {
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(BLOB_BYTES);
  await copyBlob(offset, buffer.subarray(0, Math.min(BLOB_BYTES, plan.bytes - offset)));
  free.push(buffer);
});
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const memoryMib = process.resourceUsage().maxRSS / 1024;
process.send?.({ seconds, cpuSeconds: (user + system) / 1e6, memoryMib, requests }, () => process.exit(0));
