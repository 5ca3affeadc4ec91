/** Users: who they are, what they may do, and the end of their access. */
import { permissions } from "@kluis/domain/core";
import type { AccessAnswer, UserRow } from "../api-types.ts";
import { argument, defineCommand, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf, minuteOf } from "../format.ts";
import { formatFacts, type Look } from "../look.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, text, wholeNumber } from "../values.ts";
import { scopeText } from "./teams.ts";

const person = argument("user name or id", text);

const columns: readonly Column<UserRow>[] = [
  { title: "NAME", value: ({ name }) => name, shrinkTo: 12 },
  { title: "USER NAME", value: ({ username }) => username, shrinkTo: 16 },
  {
    title: "STATE",
    value: ({ disabledBy }) => (disabledBy === null ? "Enabled" : "Disabled"),
    tone: ({ disabledBy }) => (disabledBy === null ? "good" : null),
  },
  { title: "ROLES", value: ({ roles }) => String(roles), align: "right" },
  { title: "SESSIONS", value: ({ sessions }) => String(sessions), align: "right" },
  { title: "TOKENS", value: ({ tokens }) => String(tokens), align: "right" },
  { title: "LAST SIGN-IN (UTC)", value: ({ lastSeenAt }) => minuteOf(lastSeenAt), leaveOut: 1 },
];

export const peopleList = defineCommand({
  name: "people list",
  summary: "List the users, or the members of your teams",
  input: {
    search: option("text", "part of the name or user name", text.optional()),
    limit: option("count", "users to list", wholeNumber.default(50)),
  },
  examples: ["people list --search omar"],
  run: async (session, { search, limit }) => {
    const page = await session.server.call((api) =>
      api.people.list.query({ search, pageSize: Math.min(limit, 200) }),
    );
    print(session, page.rows, (look) => formatTable(columns, page.rows, { empty: "No users.", look }));
    return exitCodes.ok;
  },
});

export const peopleShow = defineCommand({
  name: "people show",
  summary: "Show the roles, sessions and tokens of a user",
  input: { person },
  examples: ["people show omar@contoso.example"],
  run: async (session, { person: ref }) => {
    const shown = await session.server.call((api) => api.people.get.query({ person: ref }));
    const roles = shown.roles.map(
      ({ role, custom, team, group }) =>
        `${role ?? custom?.name} (${team?.name ?? "whole organization"}${group === null ? "" : `, by group ${group.name}`})`,
    );
    print(session, shown, (look) =>
      formatFacts(
        [
          ["User", `${shown.name} (${shown.username})`],
          ["State", shown.disabledBy === null ? "Enabled" : `Disabled by ${shown.disabledBy}`],
          ["Roles", roles.length === 0 ? "none" : roles.join(", ")],
          ["Other accounts", shown.accounts.map(({ username }) => username).join(", ") || "none"],
          ["Sessions", String(shown.sessions.length)],
          [
            "Tokens",
            shown.tokens
              .map(
                ({ name, id, kind, state }) =>
                  `${name} (${id}, ${kind === "agent" ? "agent, " : ""}${state})`,
              )
              .join(", ") || "none",
          ],
        ],
        look,
      ),
    );
    return exitCodes.ok;
  },
});

export const peopleDisable = defineCommand({
  name: "people disable",
  summary: "Disable a user: sessions and tokens end at once",
  input: { person, reason: option("text", "why, for the ledger", text) },
  examples: ['people disable omar@contoso.example --reason "left the company"'],
  run: async (session, { person: ref, reason }) => {
    const row = await session.server.call((api) => api.people.disable.mutate({ person: ref, reason }));
    print(session, row, () => `${row.name} is disabled.`);
    return exitCodes.ok;
  },
});

export const peopleEnable = defineCommand({
  name: "people enable",
  summary: "Let a user sign in again",
  input: { person },
  examples: ["people enable omar@contoso.example"],
  run: async (session, { person: ref }) => {
    const row = await session.server.call((api) => api.people.enable.mutate({ person: ref }));
    print(session, row, () => `${row.name} can sign in again.`);
    return exitCodes.ok;
  },
});

export const peopleSignOut = defineCommand({
  name: "people sign-out",
  summary: "End every session of a user",
  input: { person },
  examples: ["people sign-out omar@contoso.example"],
  run: async (session, { person: ref }) => {
    const { sessions } = await session.server.call((api) => api.people.signOut.mutate({ person: ref }));
    print(session, { sessions }, () => `${countOf(sessions, "session")} ended.`);
    return exitCodes.ok;
  },
});

export const peopleRevokeToken = defineCommand({
  name: "people revoke-token",
  summary: "Revoke an API token of a user",
  input: { person, token: argument("id, from people show", text) },
  examples: ["people revoke-token omar@contoso.example ID"],
  run: async (session, { person: ref, token }) => {
    const row = await session.server.call((api) => api.people.revokeToken.mutate({ person: ref, token }));
    print(session, row, () => `${row.name} is revoked.`);
    return exitCodes.ok;
  },
});

export const peopleLink = defineCommand({
  name: "people link",
  summary: "Record that two accounts belong to one person",
  details: "One account is then never the second person of the other.",
  input: { person, other: argument("the other account", text) },
  examples: ["people link omar@contoso.example omar.admin@contoso.example"],
  run: async (session, { person: ref, other }) => {
    const row = await session.server.call((api) => api.people.link.mutate({ person: ref, other }));
    print(session, row, () => `${row.name} is linked.`);
    return exitCodes.ok;
  },
});

export const peopleUnlink = defineCommand({
  name: "people unlink",
  summary: "Make an account that of another person again",
  input: { person },
  examples: ["people unlink omar.admin@contoso.example"],
  run: async (session, { person: ref }) => {
    const row = await session.server.call((api) => api.people.unlink.mutate({ person: ref }));
    print(session, row, () => `${row.name} is no longer linked.`);
    return exitCodes.ok;
  },
});

const reasons = {
  allowed: "a role allows it",
  self: "every signed-in user may",
  disabled: "the account is disabled",
  "agent-requests": "the agent requests it, and a person must approve",
  "token-ended": "the token works no more",
  "token-limit": "the token was not given this permission",
  "token-team": "the token reaches one team only, and not this",
  "token-agent": "no agent may do this, whatever its owner may",
  "no-role": "no role is held",
  lacks: "no held role has this permission",
  elsewhere: "the permission is held, but not here",
  "organisation-only": "the permission must be held in the whole organization",
} as const satisfies Record<AccessAnswer["reason"], string>;

const verdicts = {
  gives: "gives it",
  lacks: "does not have it",
  elsewhere: "does not reach this",
  "organisation-only": "counts only in the whole organization",
} as const satisfies Record<AccessAnswer["roles"][number]["verdict"], string>;

function explained(answer: AccessAnswer, look: Look): string {
  const place = answer.vm?.name ?? answer.team?.name ?? "the organization";
  const who =
    answer.token === null ? answer.person.name : `The token ${answer.token.name} of ${answer.person.name}`;
  const head = `${who} ${answer.allowed ? "may" : "may not"} ${answer.permission} on ${place}: ${reasons[answer.reason]}.`;
  const roles = answer.roles.map(({ role, custom, team, group, scope, verdict }) => {
    const by = group === null ? "" : ` by group ${group.name}`;
    const reach = scope === null ? "" : `, ${scopeText(scope)}`;
    return `  ${role ?? custom?.name} in ${team?.name ?? "the organization"}${by}${reach}: ${verdicts[verdict]}`;
  });
  const hidden = answer.hiddenRoles === 0 ? [] : [`  ${countOf(answer.hiddenRoles, "role")} in other teams`];
  const ask = answer.grantors.map(
    ({ name, isGroup, team }) => `  ${isGroup ? "group " : ""}${name} (${team?.name ?? "organization"})`,
  );
  return [
    look.paint(answer.allowed ? "good" : "bad", head),
    ...roles,
    ...hidden,
    ...(ask.length === 0 ? [] : ["Who can give it:", ...ask]),
  ].join("\n");
}

export const accessExplain = defineCommand({
  name: "access explain",
  summary: "Explain why a user may or may not do something",
  details:
    "Exit code 1 means that it is not allowed. Use me for yourself, with the limits of your token, or with those of --token.",
  input: {
    person: argument("user name, id, or me", text),
    action: argument("a permission", choice(permissions)),
    vm: option("vm", "on this virtual machine", text.optional()),
    team: option("team", "in this team", text.optional()),
    token: option("id", "with the limits of this token, by its owner", text.optional()),
  },
  examples: ["access explain omar@contoso.example backup:run --vm web-01"],
  run: async (session, { person: ref, action: permission, vm, team, token }) => {
    const who = token === undefined ? (ref === "me" ? {} : { person: ref }) : { token };
    const answer = await session.server.call((api) =>
      api.access.explain.query({ ...who, permission, vm, team }),
    );
    print(session, answer, (look) => explained(answer, look));
    return answer.allowed ? exitCodes.ok : exitCodes.failed;
  },
});
