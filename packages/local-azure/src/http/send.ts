import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultEffect } from "../faults/model.ts";

/** A piece of a body and what to do when it has left this process (give its buffer back). */
export interface BodyPart {
  bytes: Buffer;
  release?: () => void;
}

/** What a fault does to a body: cut it, slow it, or revoke the grant behind it and cut. */
export interface BodyFault {
  effect: FaultEffect;
  /** Called before the cut of a `revoke`. */
  revoke?: () => Promise<void>;
}

/** Sends a whole body with its length. */
export async function sendBody(res: ServerResponse, body: Buffer, fault?: BodyFault): Promise<void> {
  res.setHeader("content-length", body.length);
  await streamBody(res, parts(body), fault);
}

async function* parts(body: Buffer): AsyncGenerator<BodyPart> {
  yield { bytes: body };
}

/** Streams a body with backpressure; headers incl. content-length are set. Stops when the client has gone. */
export async function streamBody(
  res: ServerResponse,
  body: AsyncIterable<BodyPart>,
  fault?: BodyFault,
): Promise<void> {
  const { cutAfter, bytesPerSecond } = limits(fault?.effect);
  const gone = new Promise<void>((resolve) => res.once("close", () => resolve()));
  let sent = 0;
  for await (const part of body) {
    if (res.destroyed) return part.release?.();
    const room = cutAfter - sent;
    const bytes = part.bytes.length > room ? part.bytes.subarray(0, room) : part.bytes;
    if (bytesPerSecond === undefined) await write(res, { ...part, bytes }, gone);
    else await trickle(res, { ...part, bytes }, { bytesPerSecond, gone });
    sent += bytes.length;
    if (sent < cutAfter) continue;
    await fault?.revoke?.();
    res.destroy();
    return;
  }
  if (!res.destroyed) res.end();
}

function limits(effect: FaultEffect | undefined): { cutAfter: number; bytesPerSecond?: number } {
  if (effect?.type === "cut" || effect?.type === "revoke") return { cutAfter: effect.bytes };
  if (effect?.type === "slow")
    return { cutAfter: Number.POSITIVE_INFINITY, bytesPerSecond: effect.bytesPerSecond };
  return { cutAfter: Number.POSITIVE_INFINITY };
}

/** Resolves when the part has left this process, or the client is gone: that is the backpressure. */
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

async function trickle(
  res: ServerResponse,
  part: BodyPart,
  { bytesPerSecond, gone }: { bytesPerSecond: number; gone: Promise<void> },
): Promise<void> {
  const step = Math.max(1, Math.ceil(bytesPerSecond / 10));
  for (let at = 0; at < part.bytes.length && !res.destroyed; at += step) {
    await write(res, { bytes: part.bytes.subarray(at, at + step) }, gone);
    await delay(100, undefined, { ref: false });
  }
  part.release?.();
}
