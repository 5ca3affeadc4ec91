/** The directory: accounts and groups that are read from Microsoft Graph. */
import { argument, defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { formatFacts } from "../look.ts";
import { formatTable } from "../table.ts";
import { text } from "../values.ts";

export const directoryShow = defineCommand({
  name: "directory show",
  summary: "Show when accounts and groups were read, and what fails",
  details: "Exit code 1: the last reading failed in part or as a whole.",
  input: {},
  examples: ["directory show"],
  run: async (session) => {
    const shown = await session.server.call((api) => api.directory.get.query());
    const { people, groups, problem } = shown;
    const read = shown.lastSuccessAt === null ? "never" : `${minuteOf(shown.lastSuccessAt)} UTC`;
    print(session, shown, (look) =>
      formatFacts(
        [
          ["Reading", shown.isOn ? `every ${shown.everyMinutes} minutes and at each sign-in` : "off"],
          ["From", shown.host === null ? "–" : `${shown.host}, tenant ${shown.tenantId}`],
          ["Last success", shown.startedAt === null ? read : `${read} (being read now)`],
          ["Users", `${people.followed}, ${people.gone} gone, ${people.elsewhere} of other tenants`],
          ["Groups with roles", `${groups.held}, ${groups.deleted} no longer exist`],
          ["Rights by groups", `end ${shown.groupRightsHours} hours after they were last read`],
          ["Permissions", shown.permissions.join(", ")],
          ...(problem === null
            ? []
            : ([
                ["Failed", `${problem.items}, the first: ${problem.first ?? "–"}`],
                ["Reason", problem.error.message],
                ["To do", problem.error.action ?? "–"],
              ] as const)),
        ],
        look,
      ),
    );
    return problem === null ? exitCodes.ok : exitCodes.failed;
  },
});

export const directorySync = defineCommand({
  name: "directory sync",
  summary: "Read accounts and groups from the directory now",
  details: "It returns at once; directory show says when the reading has ended.",
  input: {},
  examples: ["directory sync"],
  run: async (session) => {
    const done = await session.server.call((api) => api.directory.sync.mutate());
    print(session, done, () =>
      done.started ? "The directory is being read." : "The directory is not read: KLUIS_DIRECTORY is off.",
    );
    return done.started ? exitCodes.ok : exitCodes.failed;
  },
});

export const directoryGroups = defineCommand({
  name: "directory groups",
  summary: "Find groups of the directory by their name",
  input: { name: argument("the beginning of the name", text) },
  examples: ["directory groups kluis"],
  run: async (session, { name }) => {
    const found = await session.server.call((api) => api.directory.groups.query({ search: name }));
    const empty = found.isOn ? "No group has a name that begins like this." : "The directory is not read.";
    print(session, found.groups, (look) =>
      formatTable(
        [
          { title: "NAME", value: (group) => group.name, shrinkTo: 20 },
          { title: "OBJECT ID", value: (group) => group.id },
        ],
        found.groups,
        { empty, look },
      ),
    );
    return exitCodes.ok;
  },
});
