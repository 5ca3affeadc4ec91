/** Teams, their scopes and their members. */
import type { z } from "zod";
import type { TeamDetail, TeamRow } from "../api-types.ts";
import { argument, defineCommand, flag, option, print } from "../command.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { countOf } from "../format.ts";
import type { Look } from "../look.ts";
import { type Column, formatTable } from "../table.ts";
import { text } from "../values.ts";

const team = argument("short name, name or id", text);

type Scope = TeamDetail["scopes"][number];
type Member = TeamDetail["members"][number];

/** A scope as its options name it. */
export function scopeText(scope: Omit<Scope, "id" | "subscriptionName">): string {
  switch (scope.kind) {
    case "subscription":
      return `subscription ${scope.subscriptionId}`;
    case "resource-group":
      return `resource group ${scope.resourceGroup} in ${scope.subscriptionId}`;
    case "tag":
      return `tag ${scope.tagName}=${scope.tagValue}`;
  }
  return scope.kind satisfies never;
}

function holderOf({ person, group }: Member): string {
  return person === null ? `group ${group?.name ?? ""}` : `${person.name} (${person.username})`;
}

const columns: readonly Column<TeamRow>[] = [
  { title: "TEAM", value: ({ name }) => name, shrinkTo: 14 },
  { title: "SHORT NAME", value: ({ slug }) => slug },
  { title: "VMS", value: ({ vms }) => String(vms), align: "right" },
  { title: "POLICIES", value: ({ policies }) => String(policies), align: "right" },
  { title: "SCOPES", value: ({ scopes }) => String(scopes.length), align: "right" },
  { title: "ROLES HELD", value: ({ members }) => String(members.length), align: "right" },
];

export const teamsList = defineCommand({
  name: "teams list",
  summary: "List the teams that you can see",
  input: {},
  examples: ["teams list"],
  run: async (session) => {
    const rows = await session.server.call((api) => api.teams.list.query());
    print(session, rows, (look) => formatTable(columns, rows, { empty: "No teams.", look }));
    return exitCodes.ok;
  },
});

const scopeColumns: readonly Column<Scope>[] = [
  { title: "SCOPE", value: scopeText, wrapTo: 40 },
  { title: "ID", value: ({ id }) => id },
];
const memberColumns: readonly Column<Member>[] = [
  { title: "MEMBER", value: holderOf, wrapTo: 24 },
  { title: "ROLE", value: ({ role, custom }) => role ?? custom?.name ?? "" },
  { title: "ID", value: ({ id }) => id },
];

function describe(shown: TeamDetail, look: Look): string {
  const scopes = formatTable(scopeColumns, shown.scopes, { empty: "No scopes: it reaches no VM.", look });
  const members = formatTable(memberColumns, shown.members, { empty: "No members.", look });
  const head = `${shown.name}: ${countOf(shown.vms, "virtual machine")}, ${countOf(shown.policies, "policy", "policies")}`;
  return [head, "", scopes, "", members].join("\n");
}

export const teamsShow = defineCommand({
  name: "teams show",
  summary: "Show the scopes and the members of a team",
  input: { team },
  examples: ["teams show commerce"],
  run: async (session, { team: ref }) => {
    const shown = await session.server.call((api) => api.teams.get.query({ team: ref }));
    print(session, shown, (look) => describe(shown, look));
    return exitCodes.ok;
  },
});

export const teamsCreate = defineCommand({
  name: "teams create",
  summary: "Create a team without scopes and members",
  input: { name: argument("name of the team", text) },
  examples: ['teams create "Web shop"'],
  run: async (session, { name }) => {
    const made = await session.server.call((api) => api.teams.create.mutate({ name }));
    print(session, made, () => `${made.name} is created with the short name ${made.slug}.`);
    return exitCodes.ok;
  },
});

export const teamsRename = defineCommand({
  name: "teams rename",
  summary: "Rename a team; its short name stays",
  input: { team, name: argument("the new name", text) },
  examples: ['teams rename commerce "Web shop"'],
  run: async (session, { team: ref, name }) => {
    const row = await session.server.call((api) => api.teams.rename.mutate({ team: ref, name }));
    print(session, row, () => `${row.slug} is named ${row.name}.`);
    return exitCodes.ok;
  },
});

export const teamsRemove = defineCommand({
  name: "teams remove",
  summary: "Remove a team, and say who gets its policies",
  details: "Virtual machines stay protected: its policies go to another team or to every team.",
  input: {
    team,
    policiesTo: option("team", "the team that gets its policies", text.optional()),
    policiesToAll: flag("offer its policies to every team"),
  },
  examples: ["teams remove commerce --policies-to-all"],
  run: async (session, { team: ref, policiesTo, policiesToAll }) => {
    if (policiesTo !== undefined && policiesToAll)
      throw new UsageError("Two places for the policies.", "Use --policies-to or --policies-to-all.");
    const target = policiesToAll ? null : policiesTo;
    const row = await session.server.call((api) =>
      api.teams.remove.mutate({ team: ref, ...(target !== undefined && { policiesTo: target }) }),
    );
    print(session, row, () => `${row.name} is removed.`);
    return exitCodes.ok;
  },
});

const scopeOptions = {
  subscription: option("id", "a subscription", text.optional()),
  resourceGroup: option("name", "a resource group of the subscription", text.optional()),
  tag: option("name=value", "virtual machines with this tag", text.optional()),
};

function scopeOf({ subscription, resourceGroup, tag }: z.output<z.ZodObject<typeof scopeOptions>>) {
  if (tag !== undefined) {
    const [tagName = "", ...value] = tag.split("=");
    if (subscription !== undefined || resourceGroup !== undefined || tagName === "" || value.length === 0)
      throw new UsageError("This is not a scope.", "Use --tag name=value alone.");
    return { kind: "tag", tagName, tagValue: value.join("=") } as const;
  }
  if (subscription === undefined) throw new UsageError("A scope is missing.", "Use --subscription or --tag.");
  if (resourceGroup === undefined) return { kind: "subscription", subscriptionId: subscription } as const;
  return { kind: "resource-group", subscriptionId: subscription, resourceGroup } as const;
}

export const teamsAddScope = defineCommand({
  name: "teams add-scope",
  summary: "Add a scope to a team, or show what that would do",
  input: { team, ...scopeOptions, preview: flag("only show which virtual machines come") },
  examples: ["teams add-scope shop --subscription ID --resource-group web-rg --preview"],
  run: async (session, { team: ref, preview, ...given }) => {
    const scope = scopeOf(given);
    if (preview) {
      const { comes } = await session.server.call((api) =>
        api.teams.previewScopes.query({ team: ref, add: scope }),
      );
      const names = comes.vms.map(({ name }) => `  ${name}`);
      print(session, comes, () =>
        [`${countOf(comes.count, "virtual machine")} would come:`, ...names].join("\n"),
      );
      return exitCodes.ok;
    }
    const row = await session.server.call((api) => api.teams.addScope.mutate({ team: ref, scope }));
    print(session, row, () => `${row.name} has the scope.`);
    return exitCodes.ok;
  },
});

export const teamsRemoveScope = defineCommand({
  name: "teams remove-scope",
  summary: "Remove a scope of a team, or show what would leave",
  details: "A virtual machine that leaves is released from the policies of the team.",
  input: {
    team,
    scope: argument("id, from teams show", text),
    preview: flag("only show which virtual machines leave"),
  },
  examples: ["teams remove-scope commerce ID --preview"],
  run: async (session, { team: ref, scope, preview }) => {
    if (preview) {
      const { goes } = await session.server.call((api) =>
        api.teams.previewScopes.query({ team: ref, remove: scope }),
      );
      const names = goes.vms.map(
        ({ name, policy }) => `  ${name}${policy === null ? "" : ` (policy ${policy})`}`,
      );
      const head = `${countOf(goes.count, "virtual machine")} would leave, ${goes.bound} of them under a policy of the team:`;
      print(session, goes, () => [head, ...names].join("\n"));
      return exitCodes.ok;
    }
    const row = await session.server.call((api) => api.teams.removeScope.mutate({ team: ref, scope }));
    print(session, row, () => `${row.name} no longer has the scope.`);
    return exitCodes.ok;
  },
});

export const teamsAddMember = defineCommand({
  name: "teams add-member",
  summary: "Give a user or a group a role in a team",
  details: "Without a team the role counts in the whole organization: owner or auditor.",
  input: {
    role: argument("built-in role, or a custom one by name", text),
    team: option("team", "where the role counts", text.optional()),
    person: option("user", "a user who has signed in, by user name", text.optional()),
    group: option("id", "a group of the directory by its object id", text.optional()),
    groupName: option("name", "the name to show for the group", text.optional()),
  },
  examples: ["teams add-member operator --team commerce --person omar@contoso.example"],
  run: async (session, { role, team: ref, person, group, groupName }) => {
    if ((person === undefined) === (group === undefined))
      throw new UsageError("Name who gets the role.", "Use --person or --group.");
    const holder =
      person !== undefined
        ? ({ kind: "person", person } as const)
        : ({
            kind: "group",
            groupId: group ?? "",
            ...(groupName !== undefined && { name: groupName }),
          } as const);
    const added = await session.server.call((api) =>
      api.teams.addMember.mutate({ team: ref ?? null, role, holder }),
    );
    const name = added.person?.name ?? added.group?.name ?? "";
    print(session, added, () => `${name} has the role ${added.role ?? added.custom?.name}.`);
    return exitCodes.ok;
  },
});

export const teamsRemoveMember = defineCommand({
  name: "teams remove-member",
  summary: "Take a role away from a user or a group",
  input: { member: argument("id, from teams show", text) },
  examples: ["teams remove-member ID"],
  run: async (session, { member }) => {
    const done = await session.server.call((api) => api.teams.removeMember.mutate({ member }));
    print(session, done, () => "The role is taken away.");
    return exitCodes.ok;
  },
});
