/** Put Page: writes to a disk that is being uploaded. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { keyOf } from "../arm/ids.ts";
import { BodyTooLarge, readBody } from "../http/body.ts";
import type { World } from "../world.ts";
import { checkSequenceNumber } from "./conditions.ts";
import { BlobError, invalidHeader, permissionMismatch } from "./errors.ts";
import { pageRange } from "./range.ts";
import { type AccessTarget, blobSize } from "./target.ts";

/** Largest body of a page update (REST: Put Page). */
const UPDATE_LIMIT = 4 * 1024 * 1024;
const CLEAR_STEP = 4 * 1024 * 1024;

/** Answers PUT comp=page: `update` writes the body, `clear` writes zeros. @throws BlobError */
export async function putPage(world: World, target: AccessTarget, req: IncomingMessage): Promise<void> {
  const disk = world.state.disks[keyOf(target.id)];
  if (disk?.upload !== "ActiveUpload") throw permissionMismatch();
  checkSequenceNumber(req);
  if (req.headers["x-ms-structured-body"] !== undefined)
    throw new BlobError(
      { status: 400, code: "UnsupportedHeader" },
      "One of the HTTP headers specified in the request is not supported.",
    );
  const range = pageRange(req.headers, blobSize(target));
  const length = range.end - range.start + 1;
  const action = String(req.headers["x-ms-page-write"] ?? "").toLowerCase();
  if (action === "clear") {
    await clear(world, target, { offset: range.start, length });
  } else if (action === "update") {
    const body = await pageBody(req, length);
    checkMd5(req, body);
    await world.layers.withDisks([keyOf(target.id)], () =>
      world.layers.writeDisk(keyOf(target.id), body, range.start),
    );
  } else throw invalidHeader("x-ms-page-write", action);
  disk.writes++;
}

async function pageBody(req: IncomingMessage, length: number): Promise<Buffer> {
  if (length > UPDATE_LIMIT)
    throw new BlobError(
      { status: 413, code: "RequestBodyTooLarge" },
      "The request body is too large and exceeds the maximum permissible limit.",
    );
  try {
    const body = await readBody(req, UPDATE_LIMIT);
    if (body.length !== length) throw invalidHeader("Content-Length", String(body.length));
    return body;
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    throw new BlobError(
      { status: 413, code: "RequestBodyTooLarge" },
      "The request body is too large and exceeds the maximum permissible limit.",
    );
  }
}

function checkMd5(req: IncomingMessage, body: Buffer): void {
  const given = req.headers["content-md5"];
  if (given === undefined || createHash("md5").update(body).digest("base64") === String(given)) return;
  throw new BlobError(
    { status: 400, code: "Md5Mismatch" },
    "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
  );
}

async function clear(
  world: World,
  target: AccessTarget,
  range: { offset: number; length: number },
): Promise<void> {
  const key = keyOf(target.id);
  for (let at = 0; at < range.length; at += CLEAR_STEP) {
    const zeros = Buffer.alloc(Math.min(CLEAR_STEP, range.length - at));
    await world.layers.withDisks([key], () => world.layers.writeDisk(key, zeros, range.offset + at));
  }
}
