/**
 * A failure of the local Azure itself, towards the person who runs it (CLI, control API). What Azure would answer
 * is an ArmError or a BlobError instead.
 */
export class LocalAzureError extends Error {
  readonly code: string;
  /** What the person can do about it. */
  readonly action: string | undefined;

  constructor(code: string, message: string, options: { action?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LocalAzureError";
    this.code = code;
    this.action = options.action;
  }
}
