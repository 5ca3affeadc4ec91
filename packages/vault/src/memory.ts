/** Frees the memory of large buffers without the garbage collector. */

/** Smaller buffers can share memory with others, and are not worth the call. */
const SMALLEST_OWN_BYTES = 65_536;

/**
 * Frees the memory of a large buffer at once; its views become empty. Only for buffers that no other code can still use.
 *
 * Why: V8 starts a full collection for every 64 MiB of allocated buffer memory, however short-lived. Streaming a disk through
 * buffers spends more than half of its CPU time in the collector. Explicit freeing needs almost none, and memory stays flat.
 */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  if (buffer.byteLength >= SMALLEST_OWN_BYTES && buffer.byteLength !== Buffer.poolSize) buffer.transfer(0);
}

/**
 * Equal buffers in shared memory, used again and again; the caller bounds how many are out. Shared, so that workers can fill
 * them. Return only a buffer that nothing reads any more: after a failed write, the system may still send it.
 */
export class BufferPool {
  private readonly bufferBytes: number;
  private readonly keep: number;
  private readonly idle: Buffer<SharedArrayBuffer>[] = [];

  /** @param keep idle buffers that are kept at most */
  constructor(bufferBytes: number, keep: number) {
    this.bufferBytes = bufferBytes;
    this.keep = keep;
  }

  take(): Buffer<SharedArrayBuffer> {
    return this.idle.pop() ?? Buffer.from(new SharedArrayBuffer(this.bufferBytes));
  }

  give(buffer: Buffer<SharedArrayBuffer>): void {
    if (this.idle.length < this.keep) this.idle.push(buffer);
  }
}
