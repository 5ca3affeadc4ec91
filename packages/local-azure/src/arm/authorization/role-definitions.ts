/** Role definitions: the built-in roles and custom ones. */
import { z } from "zod";
import { utcTime } from "../../clock.ts";
import { customRoleSchema } from "../../state/access-model.ts";
import { isKnownAction } from "../actions.ts";
import { ArmError, invalidRequestContent } from "../errors.ts";
import { nameOf, subscriptionIdOf } from "../ids.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { parseFilter, passes } from "../resources/filter.ts";
import { type ArmCall, type ArmReply, param, routes, segmentsOf } from "../router.ts";
import { builtInRoles, type RoleDefinition } from "./built-in-roles.ts";
import { covers, customDefinition, findRole, roleOf } from "./roles.ts";
import { scopeOfCall } from "./scopes.ts";

const PROVIDER = "/providers/Microsoft.Authorization/roleDefinitions";
const all = `{scope*}${PROVIDER}`;
const one = `${all}/{role}`;

/** The id of a role definition as seen from a scope: that of the scope's subscription. */
export function roleDefinitionId(scope: string | undefined, name: string): string {
  const [, subscription] = segmentsOf(scope ?? "");
  return `${subscription === undefined ? "" : subscriptionIdOf(subscription)}${PROVIDER}/${name}`;
}

/** Those of Reader, for all built-in roles. */
const builtInTimes = {
  createdOn: "2015-02-02T21:55:09.8806423Z",
  updatedOn: "2021-11-11T20:13:47.8628684Z",
  createdBy: null,
  updatedBy: null,
};

interface RoleBody {
  id: string;
  type: string;
  name: string;
  properties: Omit<RoleDefinition, "name"> & {
    createdOn: string;
    updatedOn: string;
    createdBy: string | null;
    updatedBy: string | null;
  };
}

function roleBody(call: ArmCall, role: RoleDefinition): RoleBody {
  const custom = call.world.state.customRoles[role.name.toLowerCase()];
  const { roleName, type, description, assignableScopes, permissions } = role;
  return {
    id: roleDefinitionId(call.params["scope"], role.name),
    type: "Microsoft.Authorization/roleDefinitions",
    name: role.name,
    properties: {
      roleName,
      type,
      description,
      assignableScopes,
      permissions,
      ...(custom
        ? {
            createdOn: utcTime(custom.createdOn),
            updatedOn: utcTime(custom.updatedOn),
            createdBy: custom.createdBy,
            updatedBy: custom.updatedBy ?? custom.createdBy,
          }
        : builtInTimes),
    },
  };
}

/** The answer to a PUT shows the time of the write as creation, and no creator. */
function asWritten(body: RoleBody): object {
  const { properties } = body;
  return { ...body, properties: { ...properties, createdOn: properties.updatedOn, createdBy: null } };
}

/** The roles that can be assigned in the caller's tenant on a scope. */
function rolesAt(call: ArmCall, scope: string | undefined): RoleDefinition[] {
  const custom = Object.values(call.world.state.customRoles)
    .filter(({ tenantId }) => tenantId === call.principal.tid)
    .map(customDefinition)
    .filter(
      ({ assignableScopes }) =>
        scope === undefined || assignableScopes.some((outer) => covers(outer, scope) || covers(scope, outer)),
    );
  return [...builtInRoles, ...custom];
}

function list(call: ArmCall): ArmReply {
  const scope = call.params["scope"] === undefined ? undefined : scopeOfCall(call);
  const text = call.query.get("$filter")?.replace(/atScopeAndBelow\(\)(\s+and\s+)?/i, "") ?? null;
  const filter = parseFilter(text);
  const found = rolesAt(call, scope).filter(({ name, roleName, type }) =>
    passes(filter, { name, rolename: roleName, type }),
  );
  return page(call, found, (role) => roleBody(call, role));
}

function get(call: ArmCall): ArmReply {
  const role = findRole(call.world.state, param(call, "role"));
  if (role) return { status: 200, body: roleBody(call, role) };
  throw new ArmError(
    { status: 404, code: "RoleDefinitionDoesNotExist" },
    `The specified role definition with ID '${param(call, "role")}' does not exist.`,
  );
}

const putBody = z.object({
  properties: customRoleSchema
    .pick({ roleName: true, permissions: true, assignableScopes: true })
    .extend({ description: z.string().nullish(), type: z.string().optional() }),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world, principal } = call;
  const scope = scopeOfCall(call);
  const name = param(call, "role").toLowerCase();
  if (!z.guid().safeParse(name).success)
    throw badRequest(
      "InvalidRoleDefinitionId",
      `The role definition ID '${param(call, "role")}' is not valid. The role definition ID must be a GUID.`,
    );
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidRequestContent(
      `The request content was invalid and could not be deserialized: '${z.prettifyError(body.error)}'.`,
    );
  const { description, type: _, ...given } = body.data.properties;
  checkRole(call, { name, ...given });
  if (builtInRoles.some((role) => role.name === name))
    throw badRequest("RoleDefinitionUpdateNotPermitted", "A built-in role cannot be changed.");
  const now = world.clock.now();
  const existing = world.state.customRoles[name];
  const role = customRoleSchema.parse({
    ...given,
    name,
    description: description ?? "",
    tenantId: principal.tid,
    createdOn: existing?.createdOn ?? now,
    updatedOn: now,
    createdBy: existing?.createdBy ?? principal.oid,
    updatedBy: principal.oid,
  });
  if (role.assignableScopes.length === 0) role.assignableScopes.push(scope);
  world.state.customRoles[name] = role;
  await world.store.flush();
  return { status: 201, body: asWritten(roleBody(call, customDefinition(role))) };
}

function checkRole(
  call: ArmCall,
  role: Pick<z.infer<typeof customRoleSchema>, "name" | "roleName" | "permissions">,
): void {
  const twin = [...builtInRoles, ...Object.values(call.world.state.customRoles)].find(
    (other) => other.roleName.toLowerCase() === role.roleName.toLowerCase() && other.name !== role.name,
  );
  if (twin)
    throw new ArmError(
      { status: 409, code: "RoleDefinitionWithSameNameExists" },
      "A custom role with the same name already exists in this directory. Use a different name",
    );
  const wrong = role.permissions
    .flatMap(({ actions, notActions }) => [...actions, ...notActions])
    .find((action) => !isKnownAction(action));
  if (wrong !== undefined)
    throw badRequest(
      "InvalidActionOrNotAction",
      `'${wrong}' does not match any of the actions supported by the providers.`,
    );
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { state, store } = call.world;
  const name = nameOf(param(call, "role")).toLowerCase();
  const role = state.customRoles[name];
  if (!role) return { status: 204 };
  if (state.roleAssignments.some((assignment) => roleOf(state, assignment)?.name === role.name))
    throw new ArmError(
      { status: 409, code: "RoleDefinitionHasAssignments" },
      "There are existing role assignments referencing role.",
    );
  const body = roleBody(call, customDefinition(role));
  delete state.customRoles[name];
  await store.flush();
  return { status: 200, body };
}

function badRequest(code: string, message: string): ArmError {
  return new ArmError({ status: 400, code }, message);
}

export const roleDefinitions: ArmPart = {
  routes: routes(
    { name: "roleDefinitions", api: "roleDefinitions" },
    {
      list: ["GET", all, list],
      get: ["GET", one, get],
      createOrUpdate: ["PUT", one, put],
      delete: ["DELETE", one, remove],
      listAtTenantScope: ["GET", PROVIDER, list],
      getById: ["GET", `${PROVIDER}/{role}`, get],
    },
  ),
};
