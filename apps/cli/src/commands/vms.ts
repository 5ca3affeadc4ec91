import type { VmRow } from "@kluis/api/types";
import { openSession, print, type Register } from "../command.ts";
import { bytesOf, minuteOf } from "../format.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";

const columns: readonly Column<VmRow>[] = [
  { title: "NAME", value: (vm) => vm.name, shrinkTo: 12 },
  { title: "GROUP", value: (vm) => vm.resourceGroup, shrinkTo: 10 },
  { title: "OS", value: (vm) => vm.osType },
  { title: "POWER", value: (vm) => vm.powerState },
  { title: "DISKS", value: (vm) => bytesOf(vm.diskBytes), align: "right" },
  { title: "POLICY", value: (vm) => vm.policy?.name ?? "–", shrinkTo: 8 },
  { title: "STATUS", value: (vm) => vm.status },
  { title: "LAST POINT (UTC)", value: (vm) => minuteOf(vm.lastPoint?.takenAt ?? null) },
];

export const registerVms: Register = (program, surroundings) => {
  program
    .command("vms")
    .description("list the virtual machines that you can see")
    .option("--search TEXT", "in name, resource group or tags")
    .option("--json", "print JSON")
    .action(async (options: { search?: string; json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const rows = await allPages((page) =>
        session.server.call((api) =>
          api.vms.list.query({
            page,
            pageSize: 200,
            ...(options.search !== undefined && { search: options.search }),
          }),
        ),
      );
      print(session, rows, (width) => formatTable(columns, rows, { empty: "No virtual machines.", width }));
    });
};
