import { formatBytes } from "@kluis/domain/core";
import type { SkippedRange } from "@kluis/vault";
import { argument, defineLocalCommand, flag, option, print } from "../../command.ts";
import { exitCodes, UsageError } from "../../failure.ts";
import { Progress } from "../../progress.ts";
import { withRate } from "../../rate.ts";
import { choice, text } from "../../values.ts";
import { openNamedVault, vaultOptions } from "../../vault/open.ts";
import type { RestoreRequest } from "../../vault/restore.ts";
import { writeMissing } from "../../vault/skip-damaged.ts";

export const vaultRestore = defineLocalCommand({
  name: "vault restore",
  summary: "Restore a disk of a recovery point to a file",
  details:
    "Every byte is authenticated. A raw or VHD file is sparse: zeros are not written. A qcow2 image has only the data. The file gets its name when it is complete.",
  input: {
    point: argument("id, a unique beginning of it, or NAME@latest", text),
    disk: option("disk", "os or a LUN such as 0 (default: the only disk)", text.optional()),
    to: option("file", "file to write; - writes standard output, zeros included (not with qcow2)", text),
    format: option("format", "raw, vhd or qcow2", choice(["raw", "vhd", "qcow2"]).default("raw")),
    force: flag("replace a file that exists"),
    skipDamaged: flag("restore what can be read, with zeros and a list (FILE.missing.json) for the rest"),
    ...vaultOptions,
  },
  examples: [
    "vault restore web-01@latest --to web.img --key-file vault.key",
    "vault restore 01a21694-9aa4 --disk 0 --to data.vhd --format vhd",
    "vault restore web-01@latest --to web.qcow2 --format qcow2",
  ],
  run: async (session, { point, disk: key, to, format, force, skipDamaged, ...input }) => {
    const { terminal, signal } = session;
    if (to === "-" && terminal.json)
      throw new UsageError("--json and --to - both write standard output.", "Name a file.");
    if (skipDamaged && to === "-")
      throw new UsageError("--skip-damaged writes a file, and a list beside it.", "Name a file.");
    const [{ diskOf, findPoint }, { restoreToFile, restoreToStream }, { Skipped }] = await Promise.all([
      import("../../vault/points.ts"),
      import("../../vault/restore.ts"),
      import("@kluis/vault"),
    ]);
    const { vault } = await openNamedVault(session, input);
    const found = await findPoint(vault, point, signal);
    const disk = diskOf(found, key);
    const progress = new Progress(terminal, `Restore of ${disk.name}`);
    const onProgress = withRate((amount) => progress.showAmount(amount));
    const met = new Skipped();
    const shared = { vault, point: found, disk, format, signal, onProgress };
    const request: RestoreRequest = skipDamaged ? { ...shared, skipped: met } : shared;
    try {
      if (to === "-") {
        await restoreToStream(request, terminal.stdout);
        return exitCodes.ok;
      }
      const { dataBytes } = await restoreToFile(request, { file: to, force });
      progress.end();
      const { pointId, manifest } = found;
      const { diskBytes, rootDigest } = disk;
      const skipped = met.sorted();
      const missing = skipped.length === 0 ? null : await writeMissing(to, skipped);
      const figures = { format, diskBytes, dataBytes, rootDigest };
      const answer = { pointId, disk: disk.key, file: to, ...figures, skipped, missing };
      print(session, answer, (look) =>
        [
          `${to}: ${formatBytes(diskBytes)}, ${formatBytes(dataBytes)} of data, as of ${manifest.times.takenAt}`,
          ...(missing === null ? [] : [look.paint("bad", `${skippedText(skipped)}: see ${missing}`)]),
        ].join("\n"),
      );
      return skipped.length === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      progress.end();
    }
  },
});

function skippedText(skipped: readonly SkippedRange[]): string {
  const bytes = skipped.reduce((sum, { length }) => sum + length, 0);
  return `${formatBytes(bytes)} could not be read and is zeros in the file`;
}
