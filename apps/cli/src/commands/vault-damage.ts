/** Damage in vaults and of recovery points. */
import { formatBytes } from "@kluis/domain";
import { z } from "zod";
import type { PointDamage, PointView, VaultDamage } from "../api-types.ts";
import { argument, defineCommand, flag, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import type { Look } from "../look.ts";
import { type Column, formatTable } from "../table.ts";
import { text } from "../values.ts";

type Row = VaultDamage["list"]["rows"][number];

const kinds = { chunks: "content", nodes: "map", manifest: "manifest" } as const satisfies Record<
  Row["kind"],
  string
>;

const columns = (healed: boolean): readonly Column<Row>[] => [
  { title: "OBJECT", value: ({ object }) => object, shrinkTo: 16 },
  { title: "AT", value: ({ offset }) => (offset === null ? "whole" : String(offset)), align: "right" },
  { title: "WHAT", value: ({ kind }) => kinds[kind], leaveOut: 1 },
  { title: "PROBLEM", value: ({ reason }) => reason, tone: () => (healed ? null : "bad") },
  {
    title: "FOUND (UTC)",
    value: ({ foundAt, foundBy }) => `${minuteOf(foundAt)} by ${foundBy}`,
    leaveOut: 3,
  },
  ...(healed
    ? [
        {
          title: "HEALED (UTC)",
          value: ({ healedAt, healedBy }: Row) => `${minuteOf(healedAt)} by ${healedBy ?? "–"}`,
        },
      ]
    : []),
  { title: "POINTS", value: ({ points, searched }) => `${points}${searched ? "" : "+"}`, align: "right" },
];

export const vaultsDamage = defineCommand({
  name: "vaults damage",
  summary: "Show what is damaged in a vault, and who needs it",
  details:
    "Without a vault: the default one. Backups avoid damaged content, and heal what the disks still have. Exit code 1 means that something is damaged.",
  input: {
    vault: argument("name or id; the default vault without it", text.optional()),
    healed: flag("what was healed, newest first"),
    page: option("number", "a page of 50", z.coerce.number<string>().pipe(z.int().min(1)).optional()),
  },
  examples: ["vaults damage", "vaults damage main --healed"],
  run: async (session, { vault, healed, page = 1 }) => {
    const shown = await session.server.call(async (api) => {
      const ref =
        vault ?? (await api.vaults.list.query()).find(({ isDefault }) => isDefault)?.id ?? "default";
      return api.vaults.damage.query({ vault: ref, healed, page });
    });
    print(session, shown, (look) => report(shown, healed, look));
    return shown.totals.open === 0 ? exitCodes.ok : exitCodes.failed;
  },
});

function report({ vault, totals, list }: VaultDamage, healed: boolean, look: Look): string {
  const { open, points, vms, searched } = totals;
  const sum =
    open === 0
      ? look.paint("good", `Nothing in ${vault.name} is damaged.`)
      : look.paint(
          "bad",
          `${countOf(open, "place")} of ${vault.name} damaged; ${countOf(points, "recovery point")} of ${countOf(vms, "virtual machine")} affected.`,
        );
  const lines = [sum];
  if (!searched) lines.push("Kluis is still looking for the recovery points that need it.");
  if (open > 0 || healed) {
    const empty = healed ? "Nothing was healed yet." : "Nothing on this page.";
    lines.push("", formatTable(columns(healed), list.rows, { empty, look }));
  }
  if (list.total > list.page * list.pageSize) lines.push(`More: --page ${list.page + 1}`);
  return lines.join("\n");
}

/** Ranges of a disk that are shown; --json has more. */
const RANGES_SHOWN = 5;

/** The parts of a point that cannot be read, and what to do. */
export function damageText(point: PointView, damage: PointDamage, look: Look): string {
  const lines = [look.paint("bad", `Damaged: ${countOf(damage.total, "item")} of the vault cannot be read.`)];
  for (const { key, bytes, count, ranges } of damage.disks) {
    const name = point.disks.find((disk) => disk.key === key)?.name ?? "";
    const listed = ranges
      .slice(0, RANGES_SHOWN)
      .map(({ offset, length }) => `${offset}-${offset + length}`)
      .join(", ");
    const more = count > RANGES_SHOWN ? `, and ${count - RANGES_SHOWN} more` : "";
    lines.push(
      `  Disk ${key} (${name}): ${formatBytes(bytes)} in ${countOf(count, "range")}: ${listed}${more}`,
    );
  }
  if (!damage.searched) lines.push("Kluis is still looking for all parts that are affected.");
  lines.push(`The next backup heals what the disks still have: kluis backup ${point.vm.name}`);
  const good = [damage.before, damage.after].filter((one) => one !== null);
  if (good.length === 0) lines.push("The virtual machine has no other recovery point without damage.");
  for (const { id, takenAt } of good) lines.push(`Without damage: ${id} of ${minuteOf(takenAt)}`);
  return lines.join("\n");
}
