/** Reads of a blob: data of its layers, then the VHD footer. */
import { createHash } from "node:crypto";
import type { BodyPart } from "../http/send.ts";
import type { World } from "../world.ts";
import { type AccessTarget, findTarget, footerOf } from "./target.ts";

const PART = 1024 * 1024;
const KEEP = 64;

/** Free buffers of 1 MiB. Allocating one for each read would cost more than the read. */
const free: Buffer[] = [];

function take(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(PART);
}
function release(buffer: Buffer): void {
  if (free.length < KEEP) free.push(buffer);
}

/**
 * Reads bytes `start` to `end` (inclusive) of a blob. The target is looked up for each part,
 * because a merge may move its content to another layer.
 */
export async function* readParts(
  world: World,
  targetId: string,
  range: { start: number; end: number },
): AsyncGenerator<BodyPart> {
  for (let at = range.start; at <= range.end; ) {
    const target = findTarget(world.state, targetId);
    if (!target) throw new Error("The resource was deleted during the read");
    if (at >= target.sizeBytes) {
      const from = at - target.sizeBytes;
      const bytes = footerOf(target).subarray(from, range.end - target.sizeBytes + 1);
      yield { bytes };
      at += bytes.length;
      continue;
    }
    const length = Math.min(PART - (at % PART), range.end - at + 1, target.sizeBytes - at);
    const buffer = take();
    const bytes = buffer.subarray(0, length);
    await world.layers.read(target.layer, bytes, at);
    yield { bytes, release: () => release(buffer) };
    at += length;
  }
}

/** The MD5 of a range in base64, for `x-ms-range-get-content-md5`. */
export async function rangeMd5(
  world: World,
  target: AccessTarget,
  range: { start: number; end: number },
): Promise<string> {
  const hash = createHash("md5");
  for await (const part of readParts(world, target.id, range)) {
    hash.update(part.bytes);
    part.release?.();
  }
  return hash.digest("base64");
}
