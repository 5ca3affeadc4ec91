/** Policies. */
import type { PolicyRow } from "../api-types.ts";
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { type Column, formatTable } from "../table.ts";

const columns: readonly Column<PolicyRow>[] = [
  { title: "NAME", value: (policy) => policy.name, shrinkTo: 14 },
  { title: "VERSION", value: (policy) => String(policy.currentVersion), align: "right" },
  { title: "VMS", value: (policy) => String(policy.vmCount), align: "right" },
  {
    title: "NEXT RUN (UTC)",
    value: (policy) => (policy.retiredAt === null ? minuteOf(policy.nextRunAt) : "retired"),
  },
  { title: "SCHEDULE AND RETENTION", value: (policy) => policy.sentence, wrapTo: 60 },
];

/** Limits of Azure that a policy exceeds or comes close to. */
function notesOn(rows: readonly PolicyRow[]): readonly string[] {
  const notes = rows.flatMap(({ name, notes: own }) => own.map((note) => `${name}: ${note}`));
  return notes.length === 0 ? [] : ["", ...notes];
}

export const policies = defineCommand({
  name: "policies",
  summary: "List the policies that you can use",
  input: {},
  examples: ["policies"],
  run: async (session) => {
    const rows = await session.server.call((api) => api.policies.list.query());
    print(session, rows, (look) =>
      [formatTable(columns, rows, { empty: "No policies.", look }), ...notesOn(rows)].join("\n"),
    );
    return exitCodes.ok;
  },
});
