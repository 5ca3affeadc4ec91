import {
  countRoles,
  createRole as createRow,
  deleteRole,
  findRoles,
  isRoleNameTaken,
  listRoleHolders,
  listRoleTeams,
  listRoles as listRows,
  lockAccess,
  permissionsOf,
  type RoleRow,
  type Tx,
  updateRole as updateRow,
} from "@kluis/db";
import {
  customRoleRefusal,
  type Grantor,
  KluisError,
  type LedgerKind,
  managesMembers,
  organisationRoles,
  type Permission,
  rolePermissions,
  roles,
} from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { grantorNow } from "../rights-now.ts";
import { requireTeam, teamsInSight } from "../teams/find.ts";
import { mustBeGrantable, mustHaveRoom } from "../teams/refusals.ts";
import type { CreateRoleInput, RemoveRoleInput, UpdateRoleInput } from "./inputs.ts";
import type { roleView } from "./view.ts";

/** Custom roles of one team, or of every team. More are no longer an aid. */
const rolesMost = 100;

type View = z.input<typeof roleView>;

function toView({ access }: Pick<Grantor, "access">, row: RoleRow): View {
  const canEdit = managesMembers(access, row.team?.id ?? null);
  const all = [...permissionsOf(null, row)];
  return { ...row, role: null, permissions: all, isOrganisationWide: false, canEdit };
}

export async function listRoles(ctx: SignedInContext): Promise<View[]> {
  const { access } = ctx.who;
  const custom = await listRows(ctx.api.db.prisma, teamsInSight(access));
  const builtIn = roles.map((role): View => {
    const isOrganisationWide = organisationRoles.includes(role);
    const facts = { id: null, name: role, description: "", team: null, holders: 0, canEdit: false };
    return { ...facts, role, permissions: [...rolePermissions[role]], isOrganisationWide };
  });
  return [...builtIn, ...custom.map((row) => toView({ access }, row))];
}

interface Change {
  readonly row: RoleRow;
  readonly kind: LedgerKind;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Changes custom roles while no one else changes teams, roles or users. */
function change(ctx: SignedInContext, work: (tx: Tx, grantor: Grantor) => Promise<Change>): Promise<View> {
  return record(ctx, async (tx) => {
    await lockAccess(tx);
    const grantor = await grantorNow(ctx, tx);
    const { row, kind, data } = await work(tx, grantor);
    const teams = row.team === null ? await listRoleTeams(tx, row.id) : [row.team.id];
    const event: VmEvent = {
      kind,
      actor: ctx.who.actor,
      target: { type: "role", id: row.id, name: row.name },
      teamIds: teams,
      data: { ...data, team: row.team?.name ?? null },
    };
    return { result: toView(grantor, row), events: [event] };
  });
}

/** @throws KluisError FORBIDDEN; CONFLICT when the name is taken */
export function createRole(ctx: SignedInContext, input: CreateRoleInput): Promise<View> {
  return change(ctx, async (tx, grantor) => {
    const team = input.team === null ? null : await requireTeam(tx, grantor.access, input.team);
    const teamId = team?.id ?? null;
    const wanted = { teamId, before: [], after: input.permissions, holders: [] };
    mustBeGrantable(customRoleRefusal(grantor, wanted));
    mustHaveRoom(await countRoles(tx, teamId), rolesMost);
    await mustBeFree(tx, { name: input.name, teamId });
    const { name, description } = input;
    const permissions = unique(input.permissions);
    const id = await createRow(tx, { name, description, permissions, teamId }, ctx.api.clock);
    return { row: await reload(tx, id), kind: "role.created", data: { permissions } };
  });
}

function unique(list: readonly Permission[]): Permission[] {
  return [...new Set(list)].toSorted();
}

async function reload(tx: Tx, id: string): Promise<RoleRow> {
  const [row] = await findRoles(tx, id);
  if (row !== undefined) return row;
  throw new KluisError("INTERNAL", { message: "The role that was just written does not exist." });
}

async function mustBeFree(
  tx: Tx,
  role: { readonly name: string; readonly teamId: string | null; readonly exceptId?: string },
): Promise<void> {
  const isBuiltIn = roles.some((one) => one === role.name.toLowerCase());
  if (!isBuiltIn && !(await isRoleNameTaken(tx, role))) return;
  throw new KluisError("CONFLICT", {
    reason: "role-name-taken",
    message: `There is already a role named ${role.name}.`,
    action: "Choose another name.",
    params: { role: role.name },
  });
}

/**
 * The custom role with this id or name that the user sees. Without a team, one of every team is meant when several have the name.
 * @throws KluisError NOT_FOUND
 */
async function requireCustom(
  tx: Tx,
  grantor: Grantor,
  { role, team: teamRef }: RemoveRoleInput,
): Promise<RoleRow> {
  const team = teamRef === undefined ? undefined : await requireTeam(tx, grantor.access, teamRef);
  const found = await findRoles(tx, role, teamsInSight(grantor.access));
  const rows = team === undefined ? found : found.filter((row) => row.team?.id === team.id);
  const row = rows.find((one) => one.team === null) ?? rows[0];
  if (row !== undefined) return row;
  throw new KluisError("NOT_FOUND", {
    reason: "role",
    message: `There is no custom role ${role} that you can see.`,
    action: "List the roles.",
    params: { role },
  });
}

/** @throws KluisError NOT_FOUND; FORBIDDEN, also for a role that the user holds; CONFLICT when the name is taken */
export function updateRole(ctx: SignedInContext, input: UpdateRoleInput): Promise<View> {
  return change(ctx, async (tx, grantor) => {
    const row = await requireCustom(tx, grantor, input);
    const { name = row.name, description = row.description } = input;
    const permissions = unique(input.permissions ?? row.permissions);
    const teamId = row.team?.id ?? null;
    const holders = await listRoleHolders(tx, row.id);
    mustBeGrantable(
      customRoleRefusal(grantor, { teamId, before: row.permissions, after: permissions, holders }),
    );
    await mustBeFree(tx, { name, teamId, exceptId: row.id });
    await updateRow(tx, row.id, { name, description, permissions });
    const data = {
      added: permissions.filter((one) => !row.permissions.includes(one)),
      removed: row.permissions.filter((one) => !permissions.includes(one)),
      ...(name !== row.name && { from: row.name, to: name }),
      holders: holders.length,
    };
    return { row: await reload(tx, row.id), kind: "role.changed", data };
  });
}

/** @throws KluisError NOT_FOUND, FORBIDDEN; CONFLICT while it is held */
export function removeRole(ctx: SignedInContext, input: RemoveRoleInput): Promise<View> {
  return change(ctx, async (tx, grantor) => {
    const row = await requireCustom(tx, grantor, input);
    const holders = await listRoleHolders(tx, row.id);
    const teamId = row.team?.id ?? null;
    mustBeGrantable(customRoleRefusal(grantor, { teamId, before: row.permissions, after: [], holders }));
    if (holders.length > 0) {
      throw new KluisError("CONFLICT", {
        reason: "role-in-use",
        message: `The role ${row.name} is held ${holders.length} times.`,
        action: "Take it away from its holders first.",
        params: { role: row.name, count: holders.length },
      });
    }
    await deleteRole(tx, row.id);
    return { row, kind: "role.removed", data: { permissions: row.permissions } };
  });
}
