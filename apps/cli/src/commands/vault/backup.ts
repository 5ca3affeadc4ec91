import { formatBytes } from "@kluis/domain/core";
import type { Manifest } from "@kluis/vault";
import { z } from "zod";
import { argument, defineLocalCommand, type LocalSession, listOption, option, print } from "../../command.ts";
import { exitCodes, UsageError } from "../../failure.ts";
import { Progress } from "../../progress.ts";
import { withRate } from "../../rate.ts";
import { choice, text } from "../../values.ts";
import type { BackupResult } from "../../vault/backup.ts";
import type { ImageFile } from "../../vault/image.ts";
import { openNamedVault, type VaultInput, vaultOptions } from "../../vault/open.ts";
import type { ReadPoint } from "../../vault/points.ts";

/** Segments in progress: enough to keep the cores and a slow store busy, little enough for 400 MiB. */
const PARALLEL = 3;

interface Input extends VaultInput {
  readonly image: string;
  readonly more?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly os: Manifest["vm"]["os"];
  readonly base?: string | undefined;
  readonly changed?: string | undefined;
}

export const vaultBackup = defineLocalCommand({
  name: "vault backup",
  summary: "Back up disk images to a new recovery point",
  details:
    "An image is a raw file, sparse or not, or a block device, to which nothing writes meanwhile. Only what changed since the last point of the same name is stored.",
  input: {
    image: argument("the disk, or the OS disk of several", text),
    more: listOption("image", "further disks of the point: LUN 0, 1, …", z.array(text).max(64).optional()),
    name: option("name", "name of the machine (default: of the first image)", text.optional()),
    os: option("os", "linux or windows", choice(["linux", "windows"]).default("linux")),
    base: option("point", "previous point, or none (default: the newest of the name)", text.optional()),
    changed: option(
      "file",
      "ranges that changed since the previous point; - reads standard input",
      text.optional(),
    ),
    ...vaultOptions,
  },
  examples: [
    "vault backup web-01.img --vault /backup/vault --key-file vault.key",
    "vault backup os.img --more data.img --name web-01 --changed ranges.txt",
  ],
  run: async (session, input) => {
    const { openImage } = await import("../../vault/image.ts");
    const images: ImageFile[] = [];
    try {
      for (const image of [input.image, ...(input.more ?? [])]) images.push(await openImage(image));
      const result = await run(session, input, images);
      print(session, result, () => outcome(result));
      return exitCodes.ok;
    } finally {
      for (const image of images) await image[Symbol.asyncDispose]();
    }
  },
});

async function run(session: LocalSession, input: Input, images: readonly ImageFile[]): Promise<BackupResult> {
  const { terminal, signal } = session;
  const [first] = images;
  if (first === undefined || new Set(images.map(({ name }) => name)).size < images.length)
    throw new UsageError("Two images have the same name.", "The name tells the disks of a machine apart.");
  if (input.changed !== undefined && images.length > 1)
    throw new UsageError("--changed describes one image.", "Back up the others without it.");
  const name = input.name ?? first.name.replace(/\.[A-Za-z0-9]+$/, "");
  const { vault } = await openNamedVault(session, input);
  const [{ backUp }, { findPoint, pointsOf }, { newestOf }] = await Promise.all([
    import("../../vault/backup.ts"),
    import("../../vault/points.ts"),
    import("@kluis/vault"),
  ]);
  const before = await pointsOf(vault, name, signal);
  const newest = (): ReadPoint | null => (input.base === "none" ? null : newestOf(before));
  const isNamed = input.base !== undefined && input.base !== "none";
  const base = isNamed ? await findPoint(vault, input.base, signal) : newest();
  const changed = input.changed === undefined ? null : await readRanges(session, input.changed, first.size);
  const progress = new Progress(terminal, `Backup of ${name}`);
  const onProgress = withRate((amount) => progress.showAmount(amount));
  const request = {
    vault,
    images,
    name,
    os: input.os,
    before,
    base,
    changed,
    parallel: PARALLEL,
    signal,
    onProgress,
  };
  try {
    return await backUp(request);
  } finally {
    progress.end();
  }
}

async function readRanges({ terminal }: LocalSession, file: string, size: number) {
  const [{ readText }, { parseChangedRanges }] = await Promise.all([
    import("../../vault/address.ts"),
    import("../../vault/changed-ranges.ts"),
  ]);
  return parseChangedRanges(await readText(terminal, file), size);
}

function outcome({ pointId, disks, previous }: BackupResult): string {
  const sum = (key: "changedBytes" | "storedBytes"): string =>
    formatBytes(disks.reduce((total, { stats }) => total + stats[key], 0));
  const after = previous === null ? "no previous point" : `previous point ${previous}`;
  return `Created the recovery point ${pointId}: ${sum("changedBytes")} changed, ${sum("storedBytes")} stored, ${after}.`;
}
