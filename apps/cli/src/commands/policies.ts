import type { PolicyRow } from "@kluis/api/types";
import { openSession, print, type Register } from "../command.ts";
import { minuteOf } from "../format.ts";
import { type Column, formatTable } from "../table.ts";

const columns: readonly Column<PolicyRow>[] = [
  { title: "NAME", value: (policy) => policy.name, shrinkTo: 14 },
  { title: "VERSION", value: (policy) => String(policy.currentVersion), align: "right" },
  { title: "VMS", value: (policy) => String(policy.vmCount), align: "right" },
  { title: "NEXT RUN (UTC)", value: (policy) => minuteOf(policy.nextRunAt) },
  { title: "WHAT IT DOES", value: (policy) => policy.sentence, shrinkTo: 20 },
];

export const registerPolicies: Register = (program, surroundings) => {
  program
    .command("policies")
    .description("list the policies that you can use")
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      const session = await openSession(surroundings, options.json === true);
      const rows = await session.server.call((api) => api.policies.list.query());
      print(session, rows, (width) => formatTable(columns, rows, { empty: "No policies.", width }));
    });
};
