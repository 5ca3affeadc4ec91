/** Reads request bodies. */
import type { IncomingMessage } from "node:http";

/** The request body is larger than its limit. */
export class BodyTooLarge extends Error {}

/** Reads a body into one buffer. @throws BodyTooLarge above `limit` bytes; the rest is not read */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  const declared = Number(req.headers["content-length"] ?? 0);
  if (declared > limit) throw new BodyTooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError("The request body is not in bytes");
    length += chunk.length;
    if (length > limit) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}
