/** Built-in and custom roles. */
import { customPermissions } from "@kluis/domain/core";
import { z } from "zod";
import type { RoleRow } from "../api-types.ts";
import { argument, defineCommand, listOption, option, print } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { type Column, formatTable } from "../table.ts";
import { choice, text } from "../values.ts";

const role = argument("name or id of a custom role", text);
const granted = z.array(choice(customPermissions));
const description = option("text", "what the role is for", text.optional());

const columns: readonly Column<RoleRow>[] = [
  { title: "ROLE", value: ({ name }) => name, shrinkTo: 12 },
  {
    title: "OF",
    value: (row) => (row.role === null ? (row.team?.name ?? "every team") : "built in"),
  },
  {
    title: "HELD",
    value: (row) => (row.role === null ? String(row.holders) : ""),
    align: "right",
    leaveOut: 1,
  },
  { title: "PERMISSIONS", value: ({ permissions }) => permissions.join(", "), wrapTo: 60 },
];

export const rolesList = defineCommand({
  name: "roles list",
  summary: "List the roles and what they allow",
  input: {},
  examples: ["roles list"],
  run: async (session) => {
    const rows = await session.server.call((api) => api.roles.list.query());
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No roles.", look }));
    return exitCodes.ok;
  },
});

export const rolesCreate = defineCommand({
  name: "roles create",
  summary: "Create a custom role of a team or of every team",
  input: {
    name: argument("name of the role", text),
    team: option("team", "the team that uses it; absent: every team can", text.optional()),
    permission: listOption("permission", "what it allows, besides reading", granted.min(1)),
    description,
  },
  examples: ['roles create "Night shift" --team commerce --permission backup:run'],
  run: async (session, { name, team, permission: permissions, description: about }) => {
    const made = await session.server.call((api) =>
      api.roles.create.mutate({ name, team: team ?? null, permissions, description: about }),
    );
    print(session, made, () => `${made.name} is created. It allows ${made.permissions.join(", ")}.`);
    return exitCodes.ok;
  },
});

export const rolesEdit = defineCommand({
  name: "roles edit",
  summary: "Change the name or permissions of a custom role",
  details: "It applies to everyone who holds the role, from their next request.",
  input: {
    role,
    team: option("team", "the team of the role, if several have the name", text.optional()),
    name: option("name", "the new name", text.optional()),
    permission: listOption("permission", "what it allows, instead of the present list", granted.optional()),
    description,
  },
  examples: ['roles edit "Night shift" --permission backup:run restore:files'],
  run: async (session, { role: ref, team, name, permission: permissions, description: about }) => {
    if (name === undefined && permissions === undefined && about === undefined)
      throw new UsageError("There is nothing to change.", "Use --name, --permission or --description.");
    const row = await session.server.call((api) =>
      api.roles.update.mutate({ role: ref, team, name, permissions, description: about }),
    );
    print(session, row, () => `${row.name} allows ${row.permissions.join(", ")}.`);
    return exitCodes.ok;
  },
});

export const rolesRemove = defineCommand({
  name: "roles remove",
  summary: "Remove a custom role that no one holds",
  input: { role, team: option("team", "the team of the role, if several have the name", text.optional()) },
  examples: ['roles remove "Night shift"'],
  run: async (session, { role: ref, team }) => {
    const row = await session.server.call((api) => api.roles.remove.mutate({ role: ref, team }));
    print(session, row, () => `${row.name} is removed.`);
    return exitCodes.ok;
  },
});
