/** Flushes a file while it is written, so that little is left to flush at its end. */

/** A file that can be flushed. */
export interface Flushable {
  datasync(): Promise<void>;
}

/** Written bytes after which a flush starts. */
const FLUSH_BYTES = 96 * 1024 * 1024;

/** One flush at a time. The system tells a failed flush once, so that the first failure is kept, and every later call throws it. */
export class EarlyFlush {
  private readonly file: Flushable;
  private readonly every: number;
  private written = 0;
  private running: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(file: Flushable, every = FLUSH_BYTES) {
    this.file = file;
    this.every = every;
  }

  /** Counts written bytes. @throws the error of a flush that failed */
  wrote(bytes: number): void {
    this.check();
    this.written += bytes;
    if (this.running !== null || this.written < this.every) return;
    this.written = 0;
    this.running = this.flush();
  }

  /** Waits for the flush that runs; the caller flushes the rest. @throws the error of a flush that failed */
  async finish(): Promise<void> {
    await this.running;
    this.check();
  }

  private async flush(): Promise<void> {
    try {
      await this.file.datasync();
    } catch (error) {
      this.failure ??= { error };
    } finally {
      this.running = null;
    }
  }

  private check(): void {
    if (this.failure !== null) throw this.failure.error;
  }
}
