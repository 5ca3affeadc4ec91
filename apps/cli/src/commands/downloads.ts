/** Downloads of disks. */
import path from "node:path";
import { formatBytes } from "@kluis/domain";
import { defineCommand, flag, option, print } from "../command.ts";
import { downloadFile } from "../download.ts";
import { exitCodes } from "../failure.ts";
import { planWithHoles, wholeFile } from "../file-plan.ts";
import { placeOption, pointIn } from "../point-place.ts";
import { Progress } from "../progress.ts";
import { withRate } from "../rate.ts";
import { choice, diskOption, pointArgument, text } from "../values.ts";

export const download = defineCommand({
  name: "download",
  summary: "Download a disk of a recovery point",
  details:
    "Only data is sent; holes of the disk become holes of the file. The unfinished file is FILE.part. After a break, the same command resumes it.",
  input: {
    point: pointArgument,
    disk: diskOption,
    to: option("file", "file to write", text),
    format: option("format", "raw, vhd or qcow2", choice(["raw", "vhd", "qcow2"]).default("raw")),
    vault: placeOption,
    force: flag("replace a file that exists"),
  },
  examples: [
    "download web-01@latest --disk os --to web-01.img",
    "download 01a21694-9aa4 --disk 0 --to data.vhd --format vhd --force",
    "download web-01@latest --disk 0 --to data.qcow2 --format qcow2",
  ],
  run: async (session, { point: ref, vault, disk, to, format, force }) => {
    const point = await pointIn(session, ref, vault);
    const { id } = await session.server.call((api) => api.points.get.query({ point }));
    // A qcow2 image has no holes.
    const isPacked = format !== "qcow2";
    const plan = isPacked ? await planWithHoles(session.server, { point: id, disk }) : wholeFile;
    const progress = new Progress(session.terminal, `Download of ${path.basename(to)}`);
    const result = await downloadFile({
      server: session.server,
      path: `/api/points/${id}/disks/${disk}?format=${format}&holes=${isPacked ? "skipped" : "sent"}`,
      target: to,
      plan,
      force,
      signal: session.signal,
      onProgress: withRate((amount) => progress.showAmount(amount)),
      onNote: (note) => session.terminal.note(note),
    });
    progress.end();
    const answer = { pointId: id, disk, format, file: to, ...result };
    print(
      session,
      answer,
      () => `${to}: ${formatBytes(result.bytes)}, ${formatBytes(result.sentBytes)} sent`,
    );
    return exitCodes.ok;
  },
});
