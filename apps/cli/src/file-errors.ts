/** The operating system's errors on writing a file, in words. */
import path from "node:path";
import { LocalError, UsageError } from "./failure.ts";

export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Returns DISK_FULL or a UsageError for a refusal to write `file`, else the error itself. */
export function writeFailure(file: string, error: unknown): unknown {
  const folder = path.dirname(path.resolve(file));
  if (isSystemError(error, "ENOSPC", "EDQUOT")) {
    return new LocalError("DISK_FULL", {
      message: `There is no room left in ${folder}.`,
      action: "Free some space and run the same command again.",
      cause: error,
    });
  }
  if (isSystemError(error, "EFBIG")) {
    return new LocalError("DISK_FULL", {
      message: `The file system of ${folder} does not allow a file of this size.`,
      action: "Choose another folder.",
      cause: error,
    });
  }
  if (isSystemError(error, "EACCES", "EPERM", "ENOENT", "EROFS", "EISDIR", "ENOTDIR"))
    return new UsageError(`${file} cannot be written.`, "Check the path and its permissions.");
  return error;
}
