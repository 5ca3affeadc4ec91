/** Reports for auditors. */

import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { reportFormats } from "@kluis/domain";
import { defineCommand, option } from "../command.ts";
import { exitCodes, LocalError } from "../failure.ts";
import { writeFailure } from "../file-errors.ts";
import { checkPeriod, choice, periodEnd, periodStart, text } from "../values.ts";

export const reportPoints = defineCommand({
  name: "report points",
  summary: "Write the report of recovery points, one row per point",
  details: "Deleted points are included. Days are days in UTC.",
  input: {
    format: option(
      "format",
      "csv or json; --json is the same as --format json",
      choice(reportFormats).default("csv"),
    ),
    from: option("time", "first day, or points taken at this time or later", periodStart.optional()),
    to: option(
      "time",
      "last day, included up to its end in UTC, or points taken before this time",
      periodEnd.optional(),
    ),
    toFile: option("file", "write to this file instead of the terminal", text.optional()),
  },
  examples: [
    "report points --from 2026-11-01 --to 2026-11-30 --to-file november.csv",
    "report points --format json",
  ],
  run: async ({ server, terminal, signal }, { format, from, to, toFile }) => {
    checkPeriod(from, to);
    const query = new URLSearchParams({ format: terminal.json ? "json" : format });
    if (from !== undefined) query.set("from", from.toISOString());
    if (to !== undefined) query.set("to", to.toISOString());
    const response = await server.request(`/api/reports/points?${query.toString()}`, { signal });
    if (response.body === null)
      throw new LocalError("INTERNAL", { message: "The server sent an empty report." });
    const body = Readable.fromWeb(response.body);
    if (toFile === undefined) {
      await pipeline(body, terminal.stdout, { signal, end: false });
    } else {
      await writeComplete(toFile, body, signal);
      terminal.note(`The report is in ${toFile}.`);
    }
    return exitCodes.ok;
  },
});

/** The file appears when the report is complete. */
async function writeComplete(file: string, body: Readable, signal: AbortSignal): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(body, createWriteStream(part, { mode: 0o600, flush: true }), { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw writeFailure(file, error);
  }
}
