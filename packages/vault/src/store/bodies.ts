/** Bodies of requests and answers. */

/** Parts below this size are joined, so that a pack needs few writes. */
const PIECE_BYTES = 262_144;

/** Collects a body of known length. */
export async function wholeOf(
  body: AsyncIterable<Uint8Array | string> | Iterable<never>,
  bytes: number,
): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(bytes);
  let filled = 0;
  for await (const piece of body) {
    const part = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    whole.set(part, filled);
    filled += part.length;
  }
  if (filled !== bytes) throw new Error("The answer's body broke off.");
  return whole;
}

/** Joins small neighbors; passes large parts on unchanged. */
export function joinSmall(parts: readonly Uint8Array[]): Buffer[] {
  const out: Buffer[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  const flush = () => {
    if (small.length > 0) out.push(Buffer.concat(small));
    small = [];
    smallBytes = 0;
  };
  for (const part of parts) {
    if (part.length >= PIECE_BYTES) {
      flush();
      out.push(Buffer.from(part.buffer, part.byteOffset, part.length));
      continue;
    }
    small.push(part);
    smallBytes += part.length;
    if (smallBytes >= PIECE_BYTES) flush();
  }
  flush();
  return out;
}
