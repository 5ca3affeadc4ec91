import { InvalidArgumentError } from "commander";
import { openSession, print, type Register, type Session } from "../command.ts";
import { downloadFile } from "../download.ts";
import { bytesOf } from "../format.ts";
import { progressText } from "../terminal.ts";

interface Options {
  readonly disk: string;
  readonly to: string;
  readonly format: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const registerDownload: Register = (program, surroundings) => {
  program
    .command("download")
    .description("download a disk of a recovery point; the same command again resumes what broke off")
    .argument("<point>", "id, a unique beginning of it, or VM@latest")
    .requiredOption("--disk <disk>", '"os" or a LUN', diskKey)
    .requiredOption("--to <file>", "file to write; unfinished it is FILE.part")
    .option("--format <format>", "raw or vhd", formatName, "raw")
    .option("--force", "replace a file that exists")
    .option("--json", "print JSON")
    .action(async (point: string, options: Options) => {
      const session = await openSession(surroundings, options.json === true);
      const { id } = await session.server.call((api) => api.points.get.query({ point }));
      const path = `/api/points/${id}/disks/${options.disk}?format=${options.format}`;
      const result = await downloadFile({
        server: session.server,
        path,
        target: options.to,
        force: options.force === true,
        signal: session.signal,
        onProgress: progressOf(session),
        onNote: (text) => session.terminal.note(text),
      });
      const answer = { pointId: id, disk: options.disk, format: options.format, file: options.to, ...result };
      print(session, answer, () => `${options.to}: ${bytesOf(result.bytes)}`);
    });
};

function diskKey(value: string): string {
  if (!/^(os|\d{1,3})$/.test(value)) throw new InvalidArgumentError('Use "os" or a LUN such as 0.');
  return value;
}

function formatName(value: string): string {
  if (value !== "raw" && value !== "vhd") throw new InvalidArgumentError("Use raw or vhd.");
  return value;
}

/** Redraws at most every 200 ms; on a plain stream says every tenth. */
function progressOf(session: Session): (progress: { done: number; total: number; fetched: number }) => void {
  const startedAt = performance.now();
  let drawnAt = -Infinity;
  let tenth = 0;
  return ({ done, total, fetched }) => {
    const now = performance.now();
    const reached = Math.floor((done / total) * 10);
    if (!session.terminal.live && !session.terminal.json && reached > tenth)
      session.terminal.note(`${reached * 10} %`);
    tenth = Math.max(tenth, reached);
    if (now - drawnAt < 200 && done < total) return;
    drawnAt = now;
    const seconds = (now - startedAt) / 1000;
    const bytesPerSecond = seconds < 1 ? null : fetched / seconds;
    session.terminal.draw(progressText({ label: "download", done, total, bytesPerSecond }));
  };
}
