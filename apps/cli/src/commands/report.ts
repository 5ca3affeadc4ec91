import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { KluisError } from "@kluis/domain";
import { InvalidArgumentError } from "commander";
import { openSession, type Register } from "../command.ts";

interface Options {
  readonly format: string;
  readonly from?: string;
  readonly to?: string;
  readonly toFile?: string;
  readonly json?: boolean;
}

export const registerReport: Register = (program, surroundings) => {
  const report = program.command("report").description("reports for auditors");
  report
    .command("points")
    .description("one row per recovery point, deleted ones too")
    .option("--format <format>", "csv or json", formatName, "csv")
    .option("--from <time>", "points from this day or time on, such as 2026-11-01", instant)
    .option("--to <time>", "points before this day or time", instant)
    .option("--to-file <file>", "write it there, not to the terminal")
    .option("--json", "the same as --format json")
    .action(async (options: Options) => {
      const session = await openSession(surroundings, options.json === true);
      const query = new URLSearchParams({ format: options.json === true ? "json" : options.format });
      if (options.from !== undefined) query.set("from", options.from);
      if (options.to !== undefined) query.set("to", options.to);
      const { signal } = session;
      const response = await session.server.request(`/api/reports/points?${query.toString()}`, { signal });
      if (response.body === null)
        throw new KluisError("INTERNAL", { message: "The server sent an empty report." });
      const body = Readable.fromWeb(response.body);
      if (options.toFile === undefined) await pipeline(body, surroundings.stdout(), { signal, end: false });
      else await writeWhole(options.toFile, body, signal);
    });
};

/** The file appears when the report is whole. */
async function writeWhole(file: string, body: Readable, signal: AbortSignal): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(body, createWriteStream(part, { mode: 0o600, flush: true }), { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw writeError(file, error);
  }
}

function writeError(file: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new KluisError("DISK_FULL", {
      message: `There is no room left for ${file}.`,
      action: "Make room and try again.",
      cause: error,
    });
  }
  if (["EACCES", "EPERM", "ENOENT", "EISDIR", "EROFS"].includes(code)) {
    return new KluisError("INPUT_INVALID", {
      message: `${file} cannot be written.`,
      action: "Check the path and its permissions.",
      cause: error,
    });
  }
  return error;
}

function formatName(value: string): string {
  if (value !== "csv" && value !== "json") throw new InvalidArgumentError("Use csv or json.");
  return value;
}

function instant(value: string): string {
  if (Number.isNaN(Date.parse(value)))
    throw new InvalidArgumentError("Use a day such as 2026-11-01, or an ISO 8601 time.");
  return value;
}
