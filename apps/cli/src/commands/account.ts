/** The account behind the token. */
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { formatFacts } from "../look.ts";

export const whoami = defineCommand({
  name: "whoami",
  summary: "Show who you are on which server, with your roles",
  input: {},
  examples: ["whoami"],
  run: async (session) => {
    const { server, connection } = session;
    const me = await server.call((api) => api.me.get.query());
    const roles = me.roles.map(
      ({ role, custom, team }) =>
        `${role ?? custom?.name ?? ""} (${team === null ? "whole organization" : `team ${team.name}`})`,
    );
    print(session, me, (look) =>
      formatFacts(
        [
          ["User", `${me.person.name} (${me.person.username})`],
          ["Server", server.url],
          ["Token", `from ${connection.origin}`],
          ["Roles", roles.length === 0 ? "none" : roles.join(", ")],
          ["Permissions", me.permissions.join(", ")],
        ],
        look,
      ),
    );
    return exitCodes.ok;
  },
});
