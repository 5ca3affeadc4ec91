/** The conditions of a policy rule (learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule). */
import { regionOf } from "../ids.ts";
import { type ExpressionContext, evaluate, type Json, textOf } from "./expression.ts";

/** A condition that was evaluated, as the error of a refusal lists it. */
export interface Evaluated {
  result: "True" | "False";
  expressionKind: "Field" | "Value";
  expression: string;
  path?: string;
  expressionValue?: Json;
  targetValue: Json;
  operator: string;
}

export interface Evaluation {
  context: ExpressionContext;
  evaluated: Evaluated[];
}

type Node = { [name: string]: Json };

/** Nested rules that are deeper than this are not evaluated. */
const DEPTH_LIMIT = 32;

/** Whether the `if` of a rule holds. */
export function holds(rule: Json, evaluation: Evaluation, depth = 0): boolean {
  if (depth > DEPTH_LIMIT || typeof rule !== "object" || rule === null || Array.isArray(rule)) return false;
  const all = member(rule, "allOf");
  if (Array.isArray(all)) return all.every((part) => holds(part, evaluation, depth + 1));
  const any = member(rule, "anyOf");
  if (Array.isArray(any)) return any.some((part) => holds(part, evaluation, depth + 1));
  const not = member(rule, "not");
  if (not !== undefined) return !holds(not, evaluation, depth + 1);
  return condition(rule, evaluation);
}

function member(node: Node, name: string): Json | undefined {
  return Object.entries(node).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

type Test = (actual: Json | undefined, wanted: Json) => boolean;

const equal: Test = (actual, wanted) => textOf(actual).toLowerCase() === textOf(wanted).toLowerCase();
const listed: Test = (actual, wanted) => Array.isArray(wanted) && wanted.some((one) => equal(actual, one));
const like: Test = (actual, wanted) => {
  const source = textOf(wanted)
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*");
  return new RegExp(`^${source}$`, "is").test(textOf(actual));
};
const contains: Test = (actual, wanted) =>
  Array.isArray(actual)
    ? actual.some((one) => equal(one, wanted))
    : textOf(actual).toLowerCase().includes(textOf(wanted).toLowerCase());
const hasKey: Test = (actual, wanted) =>
  typeof actual === "object" &&
  actual !== null &&
  Object.keys(actual).some((key) => key.toLowerCase() === textOf(wanted).toLowerCase());
const exists: Test = (actual, wanted) => (actual !== undefined && actual !== null) === equal(wanted, "true");
const no =
  (test: Test): Test =>
  (actual, wanted) =>
    !test(actual, wanted);
const number =
  (compare: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    typeof actual === "number" && compare(actual, Number(wanted));

const operators: Readonly<Record<string, { name: string; test: Test }>> = {
  equals: { name: "Equals", test: equal },
  notequals: { name: "NotEquals", test: no(equal) },
  like: { name: "Like", test: like },
  notlike: { name: "NotLike", test: no(like) },
  in: { name: "In", test: listed },
  notin: { name: "NotIn", test: no(listed) },
  contains: { name: "Contains", test: contains },
  notcontains: { name: "NotContains", test: no(contains) },
  containskey: { name: "ContainsKey", test: hasKey },
  notcontainskey: { name: "NotContainsKey", test: no(hasKey) },
  exists: { name: "Exists", test: exists },
  less: { name: "Less", test: number((a, b) => a < b) },
  lessorequals: { name: "LessOrEquals", test: number((a, b) => a <= b) },
  greater: { name: "Greater", test: number((a, b) => a > b) },
  greaterorequals: { name: "GreaterOrEquals", test: number((a, b) => a >= b) },
};

function condition(node: Node, { context, evaluated }: Evaluation): boolean {
  const field = member(node, "field");
  const subject = field ?? member(node, "value");
  const entry = Object.entries(node).find(([key]) => operators[key.toLowerCase()]);
  const operator = entry && operators[entry[0].toLowerCase()];
  if (subject === undefined || !entry || !operator) return false;
  const name = textOf(evaluate(subject, context));
  const isLocation = field !== undefined && name.toLowerCase() === "location";
  const wanted = resolved(entry[1], context, isLocation);
  const actual = field === undefined ? evaluate(subject, context) : context.field(name);
  const result = operator.test(actual, wanted);
  evaluated.push({
    result: result ? "True" : "False",
    expressionKind: field === undefined ? "Value" : "Field",
    expression: field === undefined ? textOf(subject) : name,
    ...(field === undefined ? {} : { path: pathOf(name) }),
    ...(actual === undefined ? {} : { expressionValue: actual }),
    targetValue: wanted,
    operator: operator.name,
  });
  return result;
}

/** The value to compare with: expressions resolved, and regions in their short form. */
function resolved(value: Json, context: ExpressionContext, isLocation: boolean): Json {
  const plain = evaluate(value, context) ?? null;
  const each = Array.isArray(plain) ? plain.map((one) => evaluate(one, context) ?? null) : plain;
  if (!isLocation) return each;
  const region = (one: Json): Json => (typeof one === "string" ? regionOf(one) : one);
  return Array.isArray(each) ? each.map(region) : region(each);
}

/** Where a field is in the body: of the alias `Microsoft.Compute/disks/networkAccessPolicy` in `properties`. */
function pathOf(field: string): string {
  const alias = /^[\w.]+\/(?:\w+\/)+([\w.[\]*]+)$/.exec(field)?.[1];
  if (alias === undefined) return field;
  return /^(sku|zones|identity|plan)\b/.test(alias) ? alias : `properties.${alias}`;
}
