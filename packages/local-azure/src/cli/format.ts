/** Text output of the commands. */
import type { LocalAzureList, SnapshotList, VmListItem } from "../control/model.ts";
import { refusalNames } from "../faults/refusal-names.ts";
import { refusals } from "../faults/refusals.ts";
import type { FaultRule } from "../faults/rule.ts";

/** Formats bytes in binary units, with one decimal unless whole: `1.5 GiB`. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Aligns columns to their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function vmText(vm: VmListItem): string {
  const disks = vm.disks.map(
    (disk) =>
      `  ${disk.role.padEnd(4)} ${disk.name}  ${bytes(disk.allocatedBytes)} of ${bytes(disk.sizeBytes)}`,
  );
  return [`${vm.name}  ${vm.os}  ${vm.power}  ${vm.resourceGroup}`, ...disks].join("\n");
}

export function listText(list: LocalAzureList): string {
  const parts = list.vms.map(vmText);
  if (list.unattachedDisks.length > 0) {
    const rows = list.unattachedDisks.map(
      (disk) => `  ${disk.name}  ${disk.state}  ${bytes(disk.sizeBytes)}`,
    );
    parts.push(["Unattached disks", ...rows].join("\n"));
  }
  return parts.length === 0 ? "No VMs. Create one with `local-azure import`." : parts.join("\n\n");
}

export function snapshotsText(list: SnapshotList): string {
  const last = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
  const parts: string[] = [];
  if (list.restorePoints.length > 0) {
    const rows = list.restorePoints.map((point) => [
      point.name,
      last(point.vm),
      point.consistency ?? "-",
      point.state,
      `${point.disks.length} disks`,
      point.timeCreated,
    ]);
    parts.push(
      `Restore points\n${table([["NAME", "VM", "CONSISTENCY", "STATE", "DISKS", "CREATED"], ...rows])}`,
    );
  }
  if (list.snapshots.length > 0) {
    const rows = list.snapshots.map((snapshot) => [snapshot.name, last(snapshot.disk), snapshot.timeCreated]);
    parts.push(`Snapshots\n${table([["NAME", "DISK", "CREATED"], ...rows])}`);
  }
  if (list.grants.length > 0) {
    const rows = list.grants.map((grant) => [last(grant.resource), grant.access, grant.expiresAt]);
    parts.push(`Open access\n${table([["RESOURCE", "ACCESS", "UNTIL"], ...rows])}`);
  }
  return parts.length === 0 ? "No snapshots, restore points or open access." : parts.join("\n\n");
}

export function faultsText(rules: readonly FaultRule[]): string {
  if (rules.length === 0) return "No faults.";
  const rows = rules.map((rule) => [
    rule.id,
    Object.entries(rule.match)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ") || "every call",
    rule.effect.type === "refuse" ? rule.effect.reason : rule.effect.type,
    rule.times === undefined ? "until cleared" : `${rule.times} left`,
    `${rule.hits} hits`,
  ]);
  return table([["ID", "MATCH", "EFFECT", "TIMES", "HITS"], ...rows]);
}

/** The refusals that a fault rule can make. */
export function reasonsText(): string {
  const rows = refusalNames.map((name) => {
    const { status, code, places, on } = refusals[name];
    return [name, `${status} ${code}`, places.join(", "), on.label.replaceAll("`", "")];
  });
  return table([["REASON", "ANSWER", "IN", "CALLS"], ...rows]);
}
