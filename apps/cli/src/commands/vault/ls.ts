import { formatBytes } from "@kluis/domain/core";
import { argument, defineLocalCommand, print } from "../../command.ts";
import { exitCodes } from "../../failure.ts";
import { minuteOf } from "../../format.ts";
import type { Look } from "../../look.ts";
import { shortener } from "../../short-ids.ts";
import { type Column, formatTable } from "../../table.ts";
import { text } from "../../values.ts";
import { openNamedVault, vaultOptions } from "../../vault/open.ts";
import type { Listing, ReadPoint } from "../../vault/points.ts";

export const vaultLs = defineLocalCommand({
  name: "vault ls",
  summary: "List the recovery points of a vault, or the disks of one",
  details: "Exit code 1 means that a manifest could not be read; the others are listed.",
  input: {
    point: argument("id, a unique beginning of it, or NAME@latest", text.optional()),
    ...vaultOptions,
  },
  examples: ["vault ls --vault /backup/vault --key-file vault.key", "vault ls web-01@latest"],
  run: async (session, { point, ...input }) => {
    const { findPoint, listPoints } = await import("../../vault/points.ts");
    const { vault } = await openNamedVault(session, input);
    if (point !== undefined) {
      const found = await findPoint(vault, point, session.signal);
      print(session, answerOf(found), (look) => disksTable(found, look));
      return exitCodes.ok;
    }
    const listing = await listPoints(vault, session.signal);
    const unread = listing.unread.map(({ pointId, failure: { code, message } }) => ({
      pointId,
      code,
      message,
    }));
    const answer = { vaultId: vault.id, points: listing.points.map(answerOf), unread };
    print(session, answer, (look) => pointsTable(listing, look));
    return unread.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
});

/** A point without the whole VM resource. */
function answerOf({ pointId, digest, manifest }: ReadPoint): object {
  const { vm, disks, times, consistency, policy, engineVersion } = manifest;
  return {
    pointId,
    takenAt: times.takenAt,
    name: vm.name,
    resourceId: vm.resourceId,
    consistency: consistency.reached,
    policy: policy?.name ?? null,
    engineVersion,
    manifestDigest: digest,
    diskBytes: sumOf(disks, ({ diskBytes }) => diskBytes),
    changedBytes: sumOf(disks, ({ stats }) => stats.changedBytes),
    storedBytes: sumOf(disks, ({ stats }) => stats.storedBytes),
    disks: disks.map(({ key, name, diskBytes, delta, rootDigest, stats }) => ({
      key,
      name,
      diskBytes,
      delta,
      rootDigest,
      changedBytes: stats.changedBytes,
      storedBytes: stats.storedBytes,
    })),
  };
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function pointsTable({ points, unread }: Listing, look: Look): string {
  const short = shortener(
    points.map(({ pointId }) => pointId),
    look,
  );
  const columns: readonly Column<ReadPoint>[] = [
    { title: "ID", value: ({ pointId }) => short(pointId) },
    { title: "NAME", value: ({ manifest }) => manifest.vm.name, shrinkTo: 12 },
    { title: "TAKEN (UTC)", value: ({ manifest }) => minuteOf(manifest.times.takenAt) },
    { title: "DISKS", value: ({ manifest }) => String(manifest.disks.length), align: "right", leaveOut: 1 },
    size("SIZE", ({ diskBytes }) => diskBytes),
    size("CHANGED", ({ stats }) => stats.changedBytes),
    size("STORED", ({ stats }) => stats.storedBytes),
  ];
  const table = formatTable(columns, points, { empty: "No recovery points yet.", look });
  const bad = unread.map(({ pointId, failure }) => look.paint("bad", `${pointId}: ${failure.message}`));
  return [table, ...bad].join("\n");
}

type Disk = ReadPoint["manifest"]["disks"][number];

function size(title: string, of: (disk: Disk) => number): Column<ReadPoint> {
  return { title, value: ({ manifest }) => formatBytes(sumOf(manifest.disks, of)), align: "right" };
}

function disksTable({ manifest }: ReadPoint, look: Look): string {
  const columns: readonly Column<Disk>[] = [
    { title: "DISK", value: ({ key }) => key },
    { title: "NAME", value: ({ name }) => name, shrinkTo: 12 },
    { title: "SIZE", value: ({ diskBytes }) => formatBytes(diskBytes), align: "right" },
    { title: "METHOD", value: ({ delta }) => delta, leaveOut: 2 },
    { title: "CHANGED", value: ({ stats }) => formatBytes(stats.changedBytes), align: "right" },
    { title: "STORED", value: ({ stats }) => formatBytes(stats.storedBytes), align: "right" },
    { title: "CONTENT DIGEST", value: ({ rootDigest }) => rootDigest, leaveOut: 1 },
  ];
  return formatTable(columns, manifest.disks, { empty: "", look });
}
