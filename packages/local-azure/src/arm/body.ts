/** Request bodies as Azure's deserializer takes them: unknown members, wrong types and missing parameters are refused. */
import type { z } from "zod";
import { ArmError } from "./errors.ts";

/** How errors name a body. */
export interface BodyNames {
  /** Prefix of parameters: `disk` in `disk.creationData`. */
  parameter: string;
  /** Azure's type of the object at a path: `{ "properties.creationData": "CreationData" }`. Default: the last segment. */
  types?: Readonly<Record<string, string>>;
}

type Path = readonly PropertyKey[];

/**
 * Parses a body by a schema of strict objects. A `null` is the same as an absent member.
 * @throws ArmError 400 `InvalidRequestContent`, `BadRequest`, `InvalidParameter`
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, names: BodyNames): T {
  const given = withoutNulls(body);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = firstOf(parsed.error.issues);
  throw refusal(issue, given, names);
}

/** Members are read before values are checked: unknown ones come first. */
function firstOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const unknown = issues.filter((issue) => issue.code === "unrecognized_keys");
  const [issue] = [...unknown.toSorted((a, b) => a.path.length - b.path.length), ...issues];
  if (!issue) throw new Error("A schema failed without an issue");
  return issue;
}

/** The value without members that are `null`. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null ? [] : [[name, withoutNulls(member)]],
    ),
  );
}

/** 400 for a required parameter without a value. */
export function missingParameter(parameter: string): ArmError {
  return new ArmError(
    { status: 400, code: "InvalidParameter" },
    `Required parameter '${parameter}' is missing (null).`,
    { target: parameter },
  );
}

/** 400 for a value that a parameter cannot have. */
export function invalidValue(parameter: string, value: unknown): ArmError {
  return new ArmError(
    { status: 400, code: "InvalidParameter" },
    `The value '${textOf(value)}' of parameter '${parameter}' is invalid.`,
    { target: parameter },
  );
}

/** 400 for a number outside the range of a parameter. */
export function outOfRange(parameter: string, value: number, range: { min: number; max: number }): ArmError {
  return new ArmError(
    { status: 400, code: "InvalidParameter" },
    `The value '${value}' of parameter '${parameter}' is out of range. The value must be between '${range.min}' and '${range.max}', inclusive.`,
    { target: parameter },
  );
}

function refusal(issue: z.core.$ZodIssue, body: unknown, names: BodyNames): ArmError {
  const { path } = issue;
  const value = at(body, path);
  if (issue.code === "unrecognized_keys") return unknownMember(issue.keys[0] ?? "", path, { body, names });
  if (value === undefined) {
    if (path.length === 1 && path[0] === "location") return locationRequired();
    return missingParameter(parameterOf(path, names));
  }
  if (issue.code === "too_small" || issue.code === "too_big") {
    const min = issue.code === "too_small" ? Number(issue.minimum) : 1;
    const max = issue.code === "too_big" ? Number(issue.maximum) : Number.MAX_SAFE_INTEGER;
    return outOfRange(parameterOf(path, names), Number(value), { min, max });
  }
  if (issue.code === "invalid_type" && issue.expected !== "nonoptional")
    return wrongType(issue.expected, { path, value, body });
  return invalidValue(parameterOf(path, names), value);
}

/** The front door checks the envelope, the resource provider the rest: the codes differ. */
function unknownMember(key: string, path: Path, context: { body: unknown; names: BodyNames }): ArmError {
  const whole = [...path, key];
  const type = path.length === 0 ? "ResourceDefinition" : typeOf(path, context.names);
  const sentence = `Could not find member '${key}' on object of type '${type}'. Path '${pathText(whole)}', line 1, position ${positionOf(context.body, whole)}.`;
  return path.length === 0
    ? new ArmError(
        { status: 400, code: "InvalidRequestContent" },
        `The request content was invalid and could not be deserialized: '${sentence}'.`,
      )
    : new ArmError({ status: 400, code: "BadRequest" }, sentence);
}

function wrongType(expected: string, given: { path: Path; value: unknown; body: unknown }): ArmError {
  const { path, value, body } = given;
  const where = `Path '${pathText(path)}', line 1, position ${positionOf(body, path)}.`;
  const text =
    typeof value === "object"
      ? `Unexpected character encountered while parsing value: ${Array.isArray(value) ? "[" : "{"}. ${where}`
      : `Could not convert ${typeof value} to ${["int", "number"].includes(expected) ? "integer" : expected}: ${textOf(value)}. ${where}`;
  return new ArmError({ status: 400, code: "BadRequest" }, text);
}

export function locationRequired(): ArmError {
  return new ArmError(
    { status: 400, code: "LocationRequired" },
    "The location property is required for this definition.",
  );
}

function parameterOf(path: Path, { parameter }: BodyNames): string {
  const rest = path[0] === "properties" ? path.slice(1) : path;
  return [parameter, ...rest.map(String)].join(".");
}

function typeOf(path: Path, { types }: BodyNames): string {
  const known = types?.[path.map(String).join(".")];
  if (known !== undefined) return known;
  const name = String(path.findLast((segment) => typeof segment === "string") ?? "");
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** `properties.disks[0].id`, as Json.NET writes a path. */
function pathText(path: Path): string {
  return path
    .map((segment, index) =>
      typeof segment === "number" ? `[${segment}]` : `${index > 0 ? "." : ""}${String(segment)}`,
    )
    .join("");
}

/** Where Json.NET is when it has read the member's name, for a body without spaces. */
function positionOf(body: unknown, path: Path): number {
  const text = JSON.stringify(body) ?? "";
  let position = 0;
  for (const segment of path) {
    const token = `${JSON.stringify(String(segment))}:`;
    const found = typeof segment === "string" ? text.indexOf(token, position) : -1;
    if (found >= 0) position = found + token.length;
  }
  return position;
}

function at(body: unknown, path: Path): unknown {
  let value = body;
  for (const segment of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(segment))?.[1];
  }
  return value;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
