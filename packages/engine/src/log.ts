/** The engine's log: JSON lines, or one line of text per entry for a terminal. Secrets are removed before writing. */
import { redactSecrets, secretLogPaths } from "@kluis/azure";
import { knownError } from "@kluis/db";
import { errorInfo } from "@kluis/domain";
import { type DestinationStream, type Logger, pino } from "pino";
import { z } from "zod";

export type Log = Logger;

export interface LogOptions {
  readonly format: "json" | "text";
  readonly level: "debug" | "info" | "warn" | "error";
  /** Default: standard output. */
  readonly write?: (line: string) => void;
}

/** Opens a log. Errors are logged with code, message and parameters; only unexpected errors with their stack. */
export function openLog({ format, level, write = (line) => process.stdout.write(line) }: LogOptions): Log {
  const destination: DestinationStream = {
    write: (line) => write(redactSecrets(format === "json" ? line : oneLine(line))),
  };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretLogPaths, censor: "REDACTED" },
      serializers: { error: describeError },
    },
    destination,
  );
}

function describeError(error: unknown): Record<string, unknown> {
  const info = errorInfo(knownError(error));
  const stack = info.code === "INTERNAL" && error instanceof Error ? { stack: error.stack } : {};
  return {
    code: info.code,
    message: info.message,
    ...(info.action === null ? {} : { action: info.action }),
    params: info.params,
    ...stack,
  };
}

/** `12:00:01 info  message key=value …` from one JSON line. */
function oneLine(json: string): string {
  const { time, level, msg, ...rest } = z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  const facts = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${[String(msg), ...facts].join(" ")}\n`;
}
