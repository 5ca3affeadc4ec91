/** Virtual machines. */
import { formatBytes, guestChangeNotices, noticeText } from "@kluis/domain";
import type { VmRow, VmView } from "../api-types.ts";
import { defineCommand, flag, option, print, type Session } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import { formatFacts, type Look, printable } from "../look.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";
import { text, vmArgument } from "../values.ts";
import {
  consistencyText,
  suitabilitySignWords,
  suitabilityWords,
  vmStatusWords,
  type Word,
} from "../words.ts";
import { snapshotColumns } from "./resource-columns.ts";

const columns: readonly Column<VmRow>[] = [
  { title: "NAME", value: (vm) => vm.name, shrinkTo: 12 },
  { title: "GROUP", value: (vm) => vm.resourceGroup, shrinkTo: 8 },
  { title: "OS", value: (vm) => vm.osType, leaveOut: 1 },
  { title: "POWER", value: (vm) => vm.powerState, leaveOut: 2 },
  { title: "DISKS", value: (vm) => formatBytes(vm.diskBytes), align: "right" },
  { title: "POLICY", value: (vm) => vm.policy?.name ?? "–", shrinkTo: 8 },
  {
    title: "PROTECTION",
    value: (vm) => vmStatusWords[vm.status].text,
    tone: (vm) => vmStatusWords[vm.status].tone,
  },
  {
    title: "CHECK",
    value: (vm) => checkOf(vm)?.text ?? "ok",
    tone: (vm) => checkOf(vm)?.tone ?? null,
    leaveOut: 3,
  },
  { title: "POINTS", value: pointsOf, align: "right", leaveOut: 4 },
  { title: "LAST POINT (UTC)", value: (vm) => minuteOf(vm.lastPoint?.takenAt ?? null) },
];

/** Points that can be restored, and deleted ones that can be brought back. */
function pointsOf({ pointCount, softDeletedCount }: VmRow): string {
  return softDeletedCount === 0 ? String(pointCount) : `${pointCount} (+${softDeletedCount} deleted)`;
}

/** A VM that Azure does not show whole comes first: its other facts may be old. */
function checkOf({ problem, deletedAt, suitability }: VmRow): Word | null {
  if (problem !== null && deletedAt === null) return { text: "not read", tone: "warn" };
  return suitability === null ? null : suitabilitySignWords[suitability];
}

export const vms = defineCommand({
  name: "vms",
  summary: "List the virtual machines that you can see",
  input: {
    search: option("text", "only those with this text in the name, resource group or tags", text.optional()),
    refresh: flag("read them from Azure first"),
  },
  examples: ["vms", "vms --search web"],
  run: async (session, { search, refresh }) => {
    if (refresh) await refreshVms(session);
    const rows = await allPages((page) =>
      session.server.call((api) => api.vms.list.query({ page, pageSize: 200, search })),
    );
    const empty = search === undefined ? "No virtual machines." : `No virtual machine matches "${search}".`;
    print(session, rows, (look) => formatTable(columns, rows, { empty, look }));
    return exitCodes.ok;
  },
});

export const vm = defineCommand({
  name: "vm",
  summary: "Show one virtual machine and what its backups need",
  input: { vm: vmArgument },
  examples: ["vm web-01", "vm web-01 --json"],
  run: async (session, { vm: ref }) => {
    const shown = await session.server.call((api) => api.vms.get.query({ vm: ref }));
    print(session, shown, (look) => describe(shown, look));
    return exitCodes.ok;
  },
});

function connectionOf({ connection }: VmView): string {
  if (connection === null) return "none reads its subscription: no backups or restores start";
  return connection.state === "enabled"
    ? connection.name
    : `${connection.name} is disabled: no backups or restores start`;
}

/** The level of the newest recovery point, and the run of points that are lower than requested. */
function consistencyOf({ lastPoint, downgrades }: VmView): string {
  if (lastPoint === null) return "no recovery point yet";
  if (downgrades === null) return consistencyText(lastPoint.consistency);
  const { points, wanted, reached } = downgrades;
  const which = points === 1 ? "the newest point is" : `the newest ${points} points are`;
  return `${consistencyText(reached)}: ${which} lower than requested (${consistencyText(wanted)})`;
}

function heldOf({ pointCount, pinnedCount, softDeletedCount, undoUntil }: VmView): string {
  const pinned = pinnedCount === 0 ? [] : [`${pinnedCount} pinned`];
  const first = softDeletedCount === 1 ? "until" : "the first until";
  const deleted =
    softDeletedCount === 0
      ? []
      : [`${softDeletedCount} deleted that can be brought back, ${first} ${minuteOf(undoUntil)} UTC`];
  return [countOf(pointCount, "point"), ...pinned, ...deleted].join("; ");
}

/** Why Azure does not show all of the VM. */
function unreadOf({ problem, problemSince, deletedAt }: VmView): string[] {
  if (problem === null || deletedAt !== null) return [];
  const why = [problem.message, problem.action ?? []].flat().join(" ");
  return [`Not read whole since ${minuteOf(problemSince)}: ${why}`];
}

function describe(one: VmView, look: Look): string {
  const facts: [string, string][] = [
    ["VM", one.name],
    ["Resource", one.resourceId],
    ["Size", `${one.size}, ${one.osType}, ${one.powerState}`],
    ["Zone", one.traits.zones.join(", ") || "none"],
    ["Security", one.traits.securityType ?? "standard"],
    ["Protection", vmStatusWords[one.status].text],
    ["Policy", one.policy?.name ?? "–"],
    ["Connection", connectionOf(one)],
    ["Consistency", consistencyOf(one)],
    ["Points", heldOf(one)],
  ];
  const disks = formatTable(diskColumns, one.disks, { empty: "No disks.", look });
  const findings = formatTable(findingColumns, one.suitability, {
    empty: "Nothing prevents or limits its backups.",
    look,
  });
  const lists = formatTable(listColumns, one.lists, { empty: "No list of changes was used yet.", look });
  const snapshots = formatTable(snapshotColumns, one.snapshots, { empty: "No snapshots in Azure.", look });
  const raised = one.raised.map(
    ({ message, why }) => `Needs attention: ${[message, why ?? []].flat().join(" ")}`,
  );
  const failed = one.status === "failing" ? [one.statusReason, one.lastError?.action ?? []].flat() : [];
  const unread = unreadOf(one);
  const guest = guestChangeNotices(one.protection?.guestChanges ?? null).map(noticeText);
  // Azure's messages in these sentences may carry text of the guest.
  const lines = [...failed, ...unread, ...raised, ...guest].map(printable).join("\n");
  const parts = [
    formatFacts(facts, look),
    disks,
    lists,
    snapshots,
    findings,
    ...(lines === "" ? [] : [lines]),
  ];
  return parts.join("\n\n");
}

const diskColumns: readonly Column<VmView["disks"][number]>[] = [
  { title: "DISK", value: (disk) => disk.key },
  { title: "NAME", value: (disk) => disk.name, shrinkTo: 12 },
  { title: "TYPE", value: (disk) => disk.sku, leaveOut: 2 },
  { title: "SIZE", value: (disk) => formatBytes(disk.bytes), align: "right" },
  { title: "ZONE", value: (disk) => disk.facts?.zones.join(", ") || "–", leaveOut: 1 },
  {
    title: "BACKUP",
    value: (disk) => (disk.unsupported === null ? (disk.excluded ? "excluded" : "included") : "not possible"),
    tone: (disk) => (disk.unsupported === null ? null : "bad"),
  },
];

const listColumns: readonly Column<VmView["lists"][number]>[] = [
  { title: "LISTS OF CHANGES", value: ({ name }) => name, shrinkTo: 12 },
  {
    title: "CONFIRMED",
    value: ({ confirmed, deltas }) => `${confirmed} of ${deltas}`,
    align: "right",
  },
  {
    title: "STATE",
    value: ({ turnedOffAt, wrongList }) =>
      turnedOffAt === null
        ? "in use"
        : `off since ${minuteOf(turnedOffAt)}: ${wrongList?.blocks ?? 0} blocks omitted, first at byte ${wrongList?.firstOffset ?? 0}`,
    tone: ({ turnedOffAt }) => (turnedOffAt === null ? null : "bad"),
    wrapTo: 30,
  },
];

const findingColumns: readonly Column<VmView["suitability"][number]>[] = [
  {
    title: "FINDING",
    value: ({ severity }) => suitabilityWords[severity].text,
    tone: ({ severity }) => suitabilityWords[severity].tone,
  },
  { title: "DISKS", value: ({ disks }) => (disks.length === 0 ? "–" : disks.join(", ")), shrinkTo: 6 },
  { title: "WHAT TO DO", value: ({ text: what, action }) => `${what} ${action}`, wrapTo: 40 },
];

/** Reads the inventory from Azure; a slow Azure gets a note, because the list may then be old. */
export async function refreshVms({ server, terminal }: Session): Promise<void> {
  terminal.draw("Reading the virtual machines from Azure");
  const { finished } = await server.call((api) => api.vms.refresh.mutate());
  terminal.clear();
  if (!finished) terminal.note("Azure has not answered completely yet. The list may be incomplete.");
}
