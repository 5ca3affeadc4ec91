/** Exclusions: virtual machines that no assignment rule protects until a day. */
import { exclusionStates } from "@kluis/domain";
import type { ExclusionRow } from "../api-types.ts";
import { argument, defineCommand, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { allPages } from "../pages.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, periodEnd, text, vmArgument, wholeNumber } from "../values.ts";

const columns: readonly Column<ExclusionRow>[] = [
  { title: "VM", value: ({ vm }) => vm.name, shrinkTo: 14 },
  { title: "STATE", value: ({ state }) => state },
  { title: "UNTIL (UTC)", value: ({ expiresAt }) => minuteOf(expiresAt) },
  { title: "OWNER", value: ({ owner }) => owner.name, shrinkTo: 12 },
  { title: "REASON", value: ({ reason }) => reason, wrapTo: 24 },
  { title: "ID", value: ({ id }) => id },
];

export const exclusionsList = defineCommand({
  name: "exclusions list",
  summary: "List the VMs that no assignment rule protects",
  input: {
    vm: option("vm", "only of this machine", text.optional()),
    state: option("state", "only these", choice(exclusionStates).optional()),
    limit: option("n", "how many", wholeNumber.default(100)),
  },
  examples: ["exclusions list --state active"],
  run: async (session, { vm, state, limit }) => {
    const rows = await allPages(
      (page) => session.server.call((api) => api.exclusions.list.query({ vm, state, page })),
      limit,
    );
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No exclusions.", look }));
    return exitCodes.ok;
  },
});

export const exclusionsAdd = defineCommand({
  name: "exclusions add",
  summary: "Exclude a VM from assignment rules until a day",
  details:
    "The day is included; it is at most a year away. A machine under a policy stays there. A new exclusion replaces the present one.",
  input: {
    vm: vmArgument,
    reason: option("text", "why", text),
    until: option("day", "the last day, or an ISO 8601 time", periodEnd),
    owner: option("user", "who answers for it, by user name; default: you", text.optional()),
  },
  examples: ['exclusions add sandbox-01 --reason "Is replaced" --until 2027-03-31'],
  run: async (session, { vm, reason, until, owner }) => {
    const input = { vm, reason, expiresAt: until.toISOString(), owner };
    const made = await session.server.call((api) => api.exclusions.add.mutate(input));
    print(session, made, () => `${made.vm.name} is excluded until ${minuteOf(made.expiresAt)} UTC.`);
    return exitCodes.ok;
  },
});

export const exclusionsEnd = defineCommand({
  name: "exclusions end",
  summary: "End an exclusion before its time",
  input: { exclusion: argument("id, from exclusions list", text) },
  examples: ["exclusions end ID"],
  run: async (session, { exclusion }) => {
    const ended = await session.server.call((api) => api.exclusions.end.mutate({ exclusion }));
    print(session, ended, () => `The exclusion of ${ended.vm.name} has ended.`);
    return exitCodes.ok;
  },
});
