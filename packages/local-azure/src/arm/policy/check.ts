/** Refuses writes that a policy with the effect deny forbids. */
import { z } from "zod";
import type { State } from "../../state/model.ts";
import type { PolicyAssignment, PolicyDefinition } from "../../state/policy-model.ts";
import { shapeOf } from "../actions.ts";
import { covers } from "../authorization/roles.ts";
import { ArmError } from "../errors.ts";
import { keyOf, nameOf, regionOf } from "../ids.ts";
import { findTracked } from "../resource-types.ts";
import type { ArmCall, ArmRoute } from "../router.ts";
import { builtInPolicies } from "./built-in.ts";
import { type ExpressionContext, evaluate, type Json, textOf } from "./expression.ts";
import { type Evaluated, holds } from "./rule.ts";

/** A resource as a rule sees it: after the write. */
interface Subject {
  id: string;
  type: string;
  body: { [name: string]: Json };
}

interface Violation {
  definition: PolicyDefinition;
  assignment: PolicyAssignment;
  evaluated: Evaluated[];
}

/** Children of VMs that have tags and a location; other children are not indexed. */
const indexedChildren = ["extensions", "runcommands"];

/** @throws ArmError 403 `RequestDisallowedByPolicy` */
export function checkPolicies(call: ArmCall, route: ArmRoute): void {
  if (route.method !== "PUT" && route.method !== "PATCH") return;
  const { state } = call.world;
  const assignments = Object.values(state.policyAssignments).filter(
    ({ scope, notScopes = [], enforcementMode }) =>
      enforcementMode === "Default" &&
      covers(scope, call.scope) &&
      !notScopes.some((excluded) => covers(excluded, call.scope)),
  );
  if (assignments.length === 0) return;
  const subject = subjectOf(call, route);
  if (!subject) return;
  const violations = assignments.flatMap((assignment) => violationOf(state, assignment, subject));
  if (violations.length > 0) throw disallowed(subject, violations);
}

function subjectOf(call: ArmCall, route: ArmRoute): Subject | undefined {
  const { namespace, types } = shapeOf(route.segments);
  const own = namespace.toLowerCase();
  const isGroup = types.at(-1)?.toLowerCase() === "resourcegroups";
  if (own === "microsoft.authorization" || (own === "microsoft.resources" && !isGroup)) return undefined;
  const given = z.record(z.string(), z.json()).safeParse(call.body).data ?? {};
  const { state } = call.world;
  const existing = findTracked(state, call.scope)?.resource ?? state.resourceGroups[keyOf(call.scope)];
  const kept =
    existing === undefined
      ? {}
      : { location: existing.location, ...(existing.tags ? { tags: existing.tags } : {}) };
  return {
    id: call.scope,
    type: isGroup ? "Microsoft.Resources/subscriptions/resourceGroups" : [namespace, ...types].join("/"),
    body: route.method === "PATCH" ? { ...kept, ...given } : given,
  };
}

export function findPolicy(state: State, id: string): PolicyDefinition | undefined {
  return (
    state.policyDefinitions[keyOf(id)] ??
    builtInPolicies.find((definition) => keyOf(definition.id) === keyOf(id))
  );
}

function violationOf(state: State, assignment: PolicyAssignment, subject: Subject): Violation[] {
  const definition = findPolicy(state, assignment.policyDefinitionId);
  if (!definition || !appliesTo(definition, subject)) return [];
  const context = contextOf(definition, assignment, subject);
  const effect = at(definition.policyRule, ["then", "effect"]) ?? "";
  if (textOf(evaluate(effect, context)).toLowerCase() !== "deny") return [];
  const evaluated: Evaluated[] = [];
  const condition = memberOf(definition.policyRule, "if") ?? {};
  return holds(condition, { context, evaluated }) ? [{ definition, assignment, evaluated }] : [];
}

/** `Indexed` leaves out groups and children without tags. */
function appliesTo({ mode }: PolicyDefinition, { type }: Subject): boolean {
  if (mode.toLowerCase() === "all") return true;
  const [, , child] = type.split("/");
  const isGroup = type.toLowerCase().startsWith("microsoft.resources/");
  return !isGroup && (child === undefined || indexedChildren.includes(child.toLowerCase()));
}

function contextOf(
  definition: PolicyDefinition,
  assignment: PolicyAssignment,
  subject: Subject,
): ExpressionContext {
  const parameter = (name: string): Json | undefined => {
    const find = <T>(record: Record<string, T> | undefined): T | undefined =>
      Object.entries(record ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    return find(assignment.parameters)?.value ?? find(definition.parameters)?.defaultValue;
  };
  return { parameter, field: (name) => fieldOf(subject, name) };
}

/** The value of a field: of the envelope, a tag, or an alias of a property. */
function fieldOf({ id, type, body }: Subject, name: string): Json | undefined {
  const lower = name.toLowerCase();
  if (lower === "type") return type;
  if (lower === "id") return id;
  if (lower === "name") return nameOf(id);
  if (lower === "fullname")
    return (
      id
        .split("/")
        .slice(8)
        .filter((_, index) => index % 2 === 0)
        .join("/") || nameOf(id)
    );
  if (lower === "location")
    return typeof body["location"] === "string" ? regionOf(body["location"]) : undefined;
  const tag = /^tags(?:\.|\[')?(.*?)(?:'?\])?$/i.exec(name)?.[1]?.replace(/^\[/, "");
  if (lower.startsWith("tags")) return tag ? memberOf(body["tags"], tag) : body["tags"];
  if (!name.includes("/")) return memberOf(body, name);
  if (!lower.startsWith(`${type.toLowerCase()}/`)) return undefined;
  const path = name.slice(type.length + 1).split(".");
  return at(body, path) ?? at(body["properties"], path);
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, name) => memberOf(inner, name), value);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function disallowed(subject: Subject, violations: readonly Violation[]): ArmError {
  const name = nameOf(subject.id);
  const reasons = violations.flatMap(
    ({ assignment }) => assignment.nonComplianceMessages?.[0]?.message ?? [],
  );
  const named = ({ name: title, displayName, id }: PolicyAssignment | PolicyDefinition): object => ({
    name: displayName ?? title,
    id,
  });
  const identifiers = violations.map(({ assignment, definition }) => ({
    policyAssignment: named(assignment),
    policyDefinition: named(definition),
  }));
  const message =
    reasons.length > 0
      ? `Resource '${name}' was disallowed by policy. Reasons: '${reasons.join("','")}'. See error details for policy resource IDs.`
      : `Resource '${name}' was disallowed by policy. Policy identifiers: '${JSON.stringify(identifiers)}'.`;
  return new ArmError({ status: 403, code: "RequestDisallowedByPolicy" }, message, {
    target: name,
    additionalInfo: violations.map((violation) => ({ type: "PolicyViolation", info: infoOf(violation) })),
  });
}

function infoOf({ definition, assignment, evaluated }: Violation): object {
  return {
    ...(definition.displayName === undefined ? {} : { policyDefinitionDisplayName: definition.displayName }),
    evaluationDetails: { evaluatedExpressions: evaluated },
    policyDefinitionId: definition.id,
    policyDefinitionName: definition.name,
    policyDefinitionEffect: "deny",
    policyAssignmentId: assignment.id,
    policyAssignmentName: assignment.name,
    ...(assignment.displayName === undefined ? {} : { policyAssignmentDisplayName: assignment.displayName }),
    policyAssignmentScope: assignment.scope,
    policyAssignmentParameters: assignment.parameters ?? {},
    policyExemptionIds: [],
  };
}
