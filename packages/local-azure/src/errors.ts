/** An error of the command line or control API. Azure's own errors are ArmError, BlobError and AadError. */
export class LocalAzureError extends Error {
  readonly code: string;
  /** What the user can do next. */
  readonly action: string | undefined;

  constructor(code: string, message: string, options: { action?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LocalAzureError";
    this.code = code;
    this.action = options.action;
  }
}
