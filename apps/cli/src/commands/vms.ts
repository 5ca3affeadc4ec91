/** Virtual machines. */
import { formatBytes } from "@kluis/domain";
import type { VmRow } from "../api-types.ts";
import { defineCommand, flag, option, print, type Session } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";
import { text } from "../values.ts";
import { vmStatusWords } from "../words.ts";

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
  { title: "LAST POINT (UTC)", value: (vm) => minuteOf(vm.lastPoint?.takenAt ?? null) },
];

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

/** Reads the inventory from Azure; a slow Azure gets a note, because the list may then be old. */
export async function refreshVms({ server, terminal }: Session): Promise<void> {
  terminal.draw("Reading the virtual machines from Azure");
  const { finished } = await server.call((api) => api.vms.refresh.mutate());
  terminal.clear();
  if (!finished) terminal.note("Azure has not answered completely yet. The list may be incomplete.");
}
