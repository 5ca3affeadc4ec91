/** An error of the command line or control API, not one that Azure would send. */
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
