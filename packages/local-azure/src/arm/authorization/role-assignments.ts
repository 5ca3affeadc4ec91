/** Role assignments on any scope, and the permissions that they give the caller. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { utcTime } from "../../clock.ts";
import { findPrincipal, groupsOf } from "../../entra/index.ts";
import type { RoleAssignment } from "../../state/access-model.ts";
import { ArmError, invalidRequestContent } from "../errors.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { roleDefinitionId } from "./role-definitions.ts";
import { assignmentsOf, covers, findRole, roleOf } from "./roles.ts";
import { scopeOfCall } from "./scopes.ts";

const PROVIDER = "providers/Microsoft.Authorization";
const all = `{scope*}/${PROVIDER}/roleAssignments`;
const one = `${all}/{assignment}`;

/** The GUID of an assignment. One that the state has without a name gets the same one each time. */
function nameOfAssignment({ name, principalId, scope, role, roleDefinitionId }: RoleAssignment): string {
  if (name !== undefined) return name;
  const text = [principalId, scope.toLowerCase(), role ?? roleDefinitionId].join("|");
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** The JSON of an assignment. The answer to a PUT names no creator: `isWritten`. */
function assignmentBody(call: ArmCall, assignment: RoleAssignment, isWritten = false): object {
  const { state } = call.world;
  const { principalId, scope, principalType, description, createdOn } = assignment;
  const { createdBy = null, updatedOn = createdOn, updatedBy = createdBy } = assignment;
  const role = roleOf(state, assignment);
  return {
    properties: {
      roleDefinitionId: roleDefinitionId(scope, role?.name ?? ""),
      principalId,
      principalType:
        principalType ?? findPrincipal(call.principal.tid, principalId)?.type ?? "ServicePrincipal",
      scope,
      condition: assignment.condition ?? null,
      conditionVersion: assignment.conditionVersion ?? null,
      ...(createdOn === undefined ? {} : { createdOn: utcTime(createdOn) }),
      ...(updatedOn === undefined ? {} : { updatedOn: utcTime(updatedOn) }),
      createdBy: isWritten ? null : createdBy,
      updatedBy,
      delegatedManagedIdentityResourceId: null,
      description: description ?? null,
    },
    id: `${scope === "/" ? "" : scope}/${PROVIDER}/roleAssignments/${nameOfAssignment(assignment)}`,
    type: "Microsoft.Authorization/roleAssignments",
    name: nameOfAssignment(assignment),
  };
}

/** Filters of the list: `atScope()`, `principalId eq 'ID'`, `assignedTo('ID')`. */
function list(call: ArmCall): ArmReply {
  const scope = scopeOfCall(call);
  const filter = call.query.get("$filter") ?? "";
  const atScope = /atScope\(\)/i.test(filter);
  const principal = /principalId\s+eq\s+'([^']+)'/i.exec(filter)?.[1]?.toLowerCase();
  const assignee = /assignedTo\('([^']+)'\)/i.exec(filter)?.[1]?.toLowerCase();
  const members =
    assignee === undefined
      ? undefined
      : new Set([assignee, ...groupsOf({ tid: call.principal.tid, oid: assignee })]);
  const found = call.world.state.roleAssignments
    .filter((assignment) => covers(assignment.scope, scope) || (!atScope && covers(scope, assignment.scope)))
    .filter(({ principalId }) => principal === undefined || principalId.toLowerCase() === principal)
    .filter(({ principalId }) => members === undefined || members.has(principalId.toLowerCase()));
  return page(call, found, (assignment) => assignmentBody(call, assignment));
}

function findAssignment(call: ArmCall): RoleAssignment | undefined {
  const wanted = param(call, "assignment").toLowerCase();
  return call.world.state.roleAssignments.find(
    (assignment) => nameOfAssignment(assignment).toLowerCase() === wanted,
  );
}

function get(call: ArmCall): ArmReply {
  const found = findAssignment(call);
  if (found) return { status: 200, body: assignmentBody(call, found) };
  throw new ArmError(
    { status: 404, code: "RoleAssignmentNotFound" },
    `The role assignment '${param(call, "assignment")}' is not found.`,
  );
}

const putBody = z.object({
  properties: z.object({
    roleDefinitionId: z.string(),
    principalId: z.guid(),
    principalType: z.string().nullish(),
    description: z.string().nullish(),
    condition: z.string().nullish(),
    conditionVersion: z.string().nullish(),
  }),
});
type Wanted = z.infer<typeof putBody>["properties"];

async function put(call: ArmCall): Promise<ArmReply> {
  const { world, principal } = call;
  const scope = scopeOfCall(call);
  const name = param(call, "assignment").toLowerCase();
  if (!z.guid().safeParse(name).success)
    throw badRequest(
      "InvalidRoleAssignmentId",
      `The role assignment ID '${param(call, "assignment")}' is not valid. The role assignment ID must be a GUID.`,
    );
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidRequestContent(
      `The request content was invalid and could not be deserialized: '${z.prettifyError(body.error)}'.`,
    );
  const wanted = body.data.properties;
  checkRole(call, wanted, scope);
  checkPrincipal(call, wanted);
  const existing = findAssignment(call);
  if (existing) return change(call, sameOrRefuse(call, existing, { wanted, scope }), wanted);
  refuseTwin(call, wanted, scope);
  const assignment: RoleAssignment = {
    principalId: wanted.principalId,
    scope,
    roleDefinitionId: wanted.roleDefinitionId,
    name,
    ...(wanted.principalType ? { principalType: wanted.principalType } : {}),
    ...changeable(wanted),
    createdOn: world.clock.now(),
    createdBy: principal.oid,
  };
  world.state.roleAssignments.push(assignment);
  await world.store.flush();
  return { status: 201, body: assignmentBody(call, assignment, true) };
}

/** What a PUT can change in an assignment that exists. */
function changeable({ description, condition, conditionVersion }: Wanted): Partial<RoleAssignment> {
  return {
    description: description ?? undefined,
    condition: condition ?? undefined,
    conditionVersion: condition ? (conditionVersion ?? "2.0") : undefined,
  };
}

async function change(call: ArmCall, existing: RoleAssignment, wanted: Wanted): Promise<ArmReply> {
  const { world, principal } = call;
  Object.assign(existing, changeable(wanted), { updatedOn: world.clock.now(), updatedBy: principal.oid });
  await world.store.flush();
  return { status: 200, body: assignmentBody(call, existing, true) };
}

function checkRole(call: ArmCall, { roleDefinitionId: id }: Wanted, scope: string): void {
  const role = findRole(call.world.state, id);
  if (role?.assignableScopes.some((outer) => covers(outer, scope))) return;
  throw badRequest(
    "RoleDefinitionDoesNotExist",
    `The specified role definition with ID '${id.slice(id.lastIndexOf("/") + 1).replaceAll("-", "")}' does not exist.`,
  );
}

/** A principal with a type is not looked up: it may be too new to be found. */
function checkPrincipal(call: ArmCall, { principalId, principalType }: Wanted): void {
  const known = findPrincipal(call.principal.tid, principalId);
  if (known && principalType && principalType !== known.type)
    throw badRequest(
      "UnmatchedPrincipalType",
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type '${known.type}' , which is different from specified PrinciaplType '${principalType}'.`,
    );
  if (known || principalType) return;
  throw badRequest(
    "PrincipalNotFound",
    `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${call.principal.tid}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`,
  );
}

const same = (
  call: ArmCall,
  assignment: RoleAssignment,
  { wanted, scope }: { wanted: Wanted; scope: string },
): boolean =>
  assignment.principalId.toLowerCase() === wanted.principalId.toLowerCase() &&
  assignment.scope.toLowerCase() === scope.toLowerCase() &&
  roleOf(call.world.state, assignment)?.name === findRole(call.world.state, wanted.roleDefinitionId)?.name;

function sameOrRefuse(
  call: ArmCall,
  existing: RoleAssignment,
  as: { wanted: Wanted; scope: string },
): RoleAssignment {
  if (same(call, existing, as)) return existing;
  throw new ArmError(
    { status: 409, code: "RoleAssignmentUpdateNotPermitted" },
    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
  );
}

function refuseTwin(call: ArmCall, wanted: Wanted, scope: string): void {
  const twin = call.world.state.roleAssignments.find((other) => same(call, other, { wanted, scope }));
  if (!twin) return;
  throw new ArmError(
    { status: 409, code: "RoleAssignmentExists" },
    `The role assignment already exists. The ID of the conflicting role assignment is ${nameOfAssignment(twin).replaceAll("-", "")}.`,
  );
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const found = findAssignment(call);
  if (!found) return { status: 204 };
  const body = assignmentBody(call, found);
  const { state, store } = call.world;
  state.roleAssignments = state.roleAssignments.filter((assignment) => assignment !== found);
  await store.flush();
  return { status: 200, body };
}

/** What the caller's roles on a scope allow. */
function permissions(call: ArmCall): ArmReply {
  const scope = scopeOfCall(call);
  const { state } = call.world;
  const value = assignmentsOf(state, call.principal)
    .filter((assignment) => covers(assignment.scope, scope))
    .flatMap((assignment) => roleOf(state, assignment)?.permissions ?? []);
  return { status: 200, body: { value } };
}

function badRequest(code: string, message: string): ArmError {
  return new ArmError({ status: 400, code }, message);
}

export const roleAssignments: ArmPart = {
  routes: [
    ...routes(
      { name: "roleAssignments", api: "roleAssignments" },
      {
        listForScope: ["GET", all, list],
        get: ["GET", one, get],
        create: ["PUT", one, put],
        delete: ["DELETE", one, remove],
      },
    ),
    ...routes(
      { name: "permissions", api: "roleDefinitions", access: "filtered" },
      { listForScope: ["GET", `{scope*}/${PROVIDER}/permissions`, permissions] },
    ),
  ],
};
