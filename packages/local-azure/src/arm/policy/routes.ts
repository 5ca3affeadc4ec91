/** Policy definitions of a subscription, the built-in ones, and assignments on any scope. */
import { z } from "zod";
import {
  type PolicyAssignment,
  type PolicyDefinition,
  policyAssignmentSchema,
  policyDefinitionSchema,
} from "../../state/policy-model.ts";
import { covers } from "../authorization/roles.ts";
import { scopeOfCall } from "../authorization/scopes.ts";
import { ArmError, invalidRequestContent } from "../errors.ts";
import { keyOf, nameOf, subscriptionIdOf } from "../ids.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { BUILT_IN_PREFIX, builtInPolicies } from "./built-in.ts";
import { findPolicy } from "./check.ts";

const inSubscription = "/subscriptions/{subscription}/providers/Microsoft.Authorization/policyDefinitions";
const oneInSubscription = `${inSubscription}/{policy}`;
const assignments = "{scope*}/providers/Microsoft.Authorization/policyAssignments";
const assignment = `${assignments}/{policy}`;

function definitionBody({ id, name, ...properties }: PolicyDefinition): object {
  return { properties, id, type: "Microsoft.Authorization/policyDefinitions", name };
}

function assignmentBody({ id, name, ...properties }: PolicyAssignment): object {
  return { properties, id, type: "Microsoft.Authorization/policyAssignments", name };
}

const prefixOf = (call: ArmCall): string =>
  `${subscriptionIdOf(param(call, "subscription"))}${BUILT_IN_PREFIX}`;

function listDefinitions(call: ArmCall): ArmReply {
  const subscription = call.params["subscription"];
  const own = Object.values(call.world.state.policyDefinitions).filter(
    ({ id }) => subscription !== undefined && keyOf(id).startsWith(keyOf(prefixOf(call))),
  );
  return page(call, [...builtInPolicies, ...own], definitionBody);
}

function notFound(kind: "definition" | "assignment", name: string): ArmError {
  const code = kind === "definition" ? "PolicyDefinitionNotFound" : "PolicyAssignmentNotFound";
  return new ArmError({ status: 404, code }, `The policy ${kind} '${name}' could not be found.`);
}

function getDefinition(call: ArmCall): ArmReply {
  const name = param(call, "policy");
  const { state } = call.world;
  const own =
    call.params["subscription"] === undefined ? undefined : findPolicy(state, `${prefixOf(call)}/${name}`);
  const found = own ?? findPolicy(state, `${BUILT_IN_PREFIX}/${name}`);
  if (!found) throw notFound("definition", name);
  return { status: 200, body: definitionBody(found) };
}

/** The properties of a body by a schema. @throws ArmError 400 */
function propertiesOf<T>(call: ArmCall, schema: z.ZodType<T>, fixed: object): T {
  const given = z.object({ properties: z.record(z.string(), z.unknown()) }).safeParse(call.body)
    .data?.properties;
  const present = Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== null));
  const parsed = schema.safeParse({ ...present, ...fixed });
  if (parsed.success) return parsed.data;
  throw invalidRequestContent(
    `The request content was invalid and could not be deserialized: '${z.prettifyError(parsed.error)}'.`,
  );
}

async function putDefinition(call: ArmCall): Promise<ArmReply> {
  const name = param(call, "policy");
  const made = propertiesOf(call, policyDefinitionSchema, {
    id: `${prefixOf(call)}/${name}`,
    name,
    policyType: "Custom",
  });
  call.world.state.policyDefinitions[keyOf(made.id)] = made;
  await call.world.store.flush();
  return { status: 201, body: definitionBody(made) };
}

async function removeDefinition(call: ArmCall): Promise<ArmReply> {
  const { state, store } = call.world;
  const key = keyOf(`${prefixOf(call)}/${param(call, "policy")}`);
  const definition = state.policyDefinitions[key];
  if (!definition) return { status: 204 };
  const user = Object.values(state.policyAssignments).find(
    ({ policyDefinitionId }) => keyOf(policyDefinitionId) === key,
  );
  if (user)
    throw new ArmError(
      { status: 400, code: "InvalidDeletePolicyDefinitionRequest" },
      `The policy definition '${definition.name}' cannot be deleted. It is referenced by the policy assignment '${user.id}'. Please delete all policy assignments referencing the policy.`,
    );
  delete state.policyDefinitions[key];
  await store.flush();
  return { status: 200 };
}

/** Lists the assignments on a scope, above it and inside it; with `atScope()` only those on it and above. */
function listAssignments(call: ArmCall): ArmReply {
  const wanted = scopeOfCall(call);
  const atScope = /atScope\(\)/i.test(call.query.get("$filter") ?? "");
  const found = Object.values(call.world.state.policyAssignments).filter(
    ({ scope }) => covers(scope, wanted) || (!atScope && covers(wanted, scope)),
  );
  return page(call, found, assignmentBody);
}

const idOf = (scope: string, name: string): string =>
  `${scope}/providers/Microsoft.Authorization/policyAssignments/${name}`;

function findAssignment(call: ArmCall): PolicyAssignment | undefined {
  return call.world.state.policyAssignments[keyOf(idOf(param(call, "scope"), param(call, "policy")))];
}

function getAssignment(call: ArmCall): ArmReply {
  const found = findAssignment(call);
  if (!found) throw notFound("assignment", param(call, "policy"));
  return { status: 200, body: assignmentBody(found) };
}

async function putAssignment(call: ArmCall): Promise<ArmReply> {
  const scope = scopeOfCall(call);
  const name = param(call, "policy");
  const made = propertiesOf(call, policyAssignmentSchema, { id: idOf(scope, name), name, scope });
  if (!findPolicy(call.world.state, made.policyDefinitionId))
    throw notFound("definition", nameOf(made.policyDefinitionId));
  call.world.state.policyAssignments[keyOf(made.id)] = made;
  await call.world.store.flush();
  return { status: 201, body: assignmentBody(made) };
}

async function removeAssignment(call: ArmCall): Promise<ArmReply> {
  const found = findAssignment(call);
  if (!found) return { status: 204 };
  delete call.world.state.policyAssignments[keyOf(found.id)];
  await call.world.store.flush();
  return { status: 200, body: assignmentBody(found) };
}

export const policies: ArmPart = {
  routes: [
    ...routes(
      { name: "policyDefinitions", api: "policyDefinitions" },
      {
        list: ["GET", inSubscription, listDefinitions],
        get: ["GET", oneInSubscription, getDefinition],
        createOrUpdate: ["PUT", oneInSubscription, putDefinition],
        delete: ["DELETE", oneInSubscription, removeDefinition],
        listBuiltIn: ["GET", BUILT_IN_PREFIX, listDefinitions],
        getBuiltIn: ["GET", `${BUILT_IN_PREFIX}/{policy}`, getDefinition],
      },
    ),
    ...routes(
      { name: "policyAssignments", api: "policyAssignments" },
      {
        listForScope: ["GET", assignments, listAssignments],
        get: ["GET", assignment, getAssignment],
        create: ["PUT", assignment, putAssignment],
        delete: ["DELETE", assignment, removeAssignment],
      },
    ),
  ],
};
