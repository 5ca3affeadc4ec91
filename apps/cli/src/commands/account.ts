/** The account behind the token, its sessions, and its tokens. */
import type { MeAnswer, SessionRow, TokenRow } from "../api-types.ts";
import { argument, defineCommand, flag, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf, minuteOf, timeOf } from "../format.ts";
import { formatFacts } from "../look.ts";
import { type Column, formatTable } from "../table.ts";
import { text } from "../values.ts";

const kinds = {
  standard: "standard",
  agent: "agent (reads and requests; a person approves)",
} as const satisfies Record<TokenRow["kind"], string>;

/** What limits the token of this command. */
function tokenFacts(me: MeAnswer): [string, string][] {
  const { token } = me;
  if (token === null) return [];
  const { idleDays, idleUntil, expiresAt } = token;
  return [
    ["Kind", kinds[token.kind]],
    ["Team", teamOf(token)],
    ["Expires", expiresAt === null ? "never" : timeOf(expiresAt)],
    ["Idle limit", `${countOf(idleDays, "day")} without use, now until ${timeOf(idleUntil)}`],
  ];
}

function teamOf({ team }: Pick<TokenRow, "team">): string {
  return team === null ? "all of your teams" : (team.name ?? "removed: the token reaches nothing");
}

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
    const origin = `from ${connection.origin}`;
    print(session, me, (look) =>
      formatFacts(
        [
          ["User", `${me.person.name} (${me.person.username})`],
          ["Server", server.url],
          ["Token", me.token === null ? origin : `${me.token.name}, ${origin}`],
          ...tokenFacts(me),
          ["Roles", roles.length === 0 ? "none" : roles.join(", ")],
          ["Permissions", me.permissions.join(", ")],
        ],
        look,
      ),
    );
    return exitCodes.ok;
  },
});

const stateWords = {
  active: "Active",
  idle: "Unused too long",
  expired: "Expired",
  revoked: "Revoked",
} as const satisfies Record<TokenRow["state"], string>;

const tokenColumns: readonly Column<TokenRow>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "NAME", value: ({ name }) => name, shrinkTo: 10 },
  { title: "KIND", value: ({ kind }) => kind },
  { title: "TEAM", value: ({ team }) => (team === null ? "all" : (team.name ?? "removed")), shrinkTo: 8 },
  {
    title: "STATE",
    value: ({ state }) => stateWords[state],
    tone: ({ state }) => (state === "active" ? "good" : null),
  },
  { title: "LAST USED (UTC)", value: ({ lastUsedAt }) => minuteOf(lastUsedAt), leaveOut: 1 },
  { title: "ENDS UNUSED (UTC)", value: ({ idleUntil }) => minuteOf(idleUntil), leaveOut: 3 },
  { title: "EXPIRES (UTC)", value: ({ expiresAt }) => minuteOf(expiresAt), leaveOut: 2 },
];

export const tokensList = defineCommand({
  name: "tokens list",
  summary: "List your API tokens",
  details: "New tokens are made in the portal, under Settings: a token cannot make tokens.",
  input: { all: flag("also those that work no more") },
  examples: ["tokens list --all"],
  run: async (session, { all }) => {
    const rows = await session.server.call((api) => api.tokens.list.query());
    const shown = all ? rows : rows.filter(({ state }) => state === "active");
    print(session, shown, (look) => formatTable(tokenColumns, shown, { empty: "No tokens.", look }));
    return exitCodes.ok;
  },
});

export const tokensRevoke = defineCommand({
  name: "tokens revoke",
  summary: "Revoke one of your API tokens",
  input: { token: argument("id, from tokens list", text) },
  examples: ["tokens revoke ID"],
  run: async (session, { token: id }) => {
    const row = await session.server.call((api) => api.tokens.revoke.mutate({ id }));
    print(session, row, () => `${row.name} is revoked.`);
    return exitCodes.ok;
  },
});

const sessionColumns: readonly Column<SessionRow>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "SIGNED IN (UTC)", value: ({ createdAt }) => minuteOf(createdAt) },
  { title: "LAST SEEN (UTC)", value: ({ lastSeenAt }) => minuteOf(lastSeenAt) },
  { title: "ENDS AT MOST (UTC)", value: ({ expiresAt }) => minuteOf(expiresAt), leaveOut: 1 },
];

export const sessionsList = defineCommand({
  name: "sessions list",
  summary: "List your open sessions in the portal",
  input: {},
  examples: ["sessions list"],
  run: async (session) => {
    const rows = await session.server.call((api) => api.me.sessions.query());
    print(session, rows, (look) => formatTable(sessionColumns, rows, { empty: "No open sessions.", look }));
    return exitCodes.ok;
  },
});

export const sessionsEnd = defineCommand({
  name: "sessions end",
  summary: "End one of your sessions in the portal",
  details: "Use all for every one of them: you sign in again in each browser.",
  input: { session: argument("id, from sessions list, or all", text) },
  examples: ["sessions end ID", "sessions end all"],
  run: async (session, { session: id }) => {
    const { sessions } = await session.server.call((api) =>
      id === "all" ? api.me.signOutEverywhere.mutate() : api.me.endSession.mutate({ session: id }),
    );
    print(session, { sessions }, () => `${countOf(sessions, "session")} ended.`);
    return exitCodes.ok;
  },
});
