export { endedAction, endedError } from "./ended-error.ts";
export {
  type ErrorCode,
  type ErrorInfo,
  type ErrorKind,
  type ErrorReason,
  type ErrorTexts,
  errorCatalog,
  errorInfo,
  errorReasons,
  isGuestFailure,
  isKluisError,
  isLimited,
  KluisError,
  type KluisErrorArguments,
  type PlainErrorCode,
  type Retry,
  retryHints,
  toKluisError,
} from "./errors.ts";
export { retriedError, retryDetail, storedError } from "./errors-stored.ts";
