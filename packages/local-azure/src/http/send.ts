/** Sends response bodies with backpressure. */
import type { ServerResponse } from "node:http";

/** A piece of a body. `release` runs when it has left the process: its buffer can be reused. */
export interface BodyPart {
  bytes: Buffer;
  release?: () => void;
}

/** Replaces the body that is sent; the headers stay. */
export type BodyChange = (body: AsyncIterable<BodyPart>) => AsyncIterable<BodyPart>;

/** Sends a whole body and sets its Content-Length. */
export async function sendBody(res: ServerResponse, body: Buffer, change?: BodyChange): Promise<void> {
  res.setHeader("content-length", body.length);
  await streamBody(res, parts(body), change);
}

async function* parts(body: Buffer): AsyncGenerator<BodyPart> {
  yield { bytes: body };
}

/** Streams a body until it ends or the client disconnects. The caller has set the headers. */
export async function streamBody(
  res: ServerResponse,
  body: AsyncIterable<BodyPart>,
  change?: BodyChange,
): Promise<void> {
  const gone = new Promise<void>((resolve) => res.once("close", () => resolve()));
  for await (const part of change ? change(body) : body) {
    if (res.destroyed) return part.release?.();
    await write(res, part, gone);
  }
  if (!res.destroyed) res.end();
}

/** Resolves when the data is sent, or when the client has disconnected. */
async function write(res: ServerResponse, part: BodyPart, gone: Promise<void>): Promise<void> {
  if (part.bytes.length === 0) return part.release?.();
  const written = new Promise<void>((resolve) => {
    res.write(part.bytes, () => {
      part.release?.();
      resolve();
    });
  });
  await Promise.race([written, gone]);
}
