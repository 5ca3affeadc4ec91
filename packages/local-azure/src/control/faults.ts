/** Checks a fault rule against the calls that the local Azure has. */
import { armParts } from "../arm/parts.ts";
import { LocalAzureError } from "../errors.ts";
import { appliesTo } from "../faults/refusal-kinds.ts";
import { refusals } from "../faults/refusals.ts";
import { type FaultInput, faultInputSchema } from "../faults/rule.ts";

interface Call {
  operation: string;
  method: string;
}

const blobCalls: readonly Call[] = [
  { operation: "blob.head", method: "HEAD" },
  { operation: "blob.get", method: "GET" },
  { operation: "blob.pagelist", method: "GET" },
  { operation: "blob.putPage", method: "PUT" },
];

/** Calls that a rule can refuse. */
const refusableCalls: readonly Call[] = [
  ...armParts.flatMap((part) => part.routes.map(({ operation, method }) => ({ operation, method }))),
  ...blobCalls,
];

/**
 * A rule as it is stored. `disks.create` is `disks.createOrUpdate` where only that exists.
 * @throws LocalAzureError `INVALID_INPUT` when a refusal can hit no call
 */
export function parseFault(body: unknown): FaultInput {
  const input = faultInputSchema.parse(body);
  if (input.effect.type !== "refuse") return input;
  const { reason, in: place } = input.effect;
  const operation = fullName(input.match.operation);
  const { on, places } = refusals[reason];
  if (place !== undefined && !places.includes(place))
    throw refused(`Azure has ${reason} in: ${places.join(", ")}`);
  const hits = refusableCalls.some((call) => appliesTo(on, call) && isNamed(operation, call.operation));
  if (!hits)
    throw refused(`${reason} does not apply to ${operation ?? "any call"}. It applies to: ${on.label}`);
  return { ...input, match: { ...input.match, ...(operation === undefined ? {} : { operation }) } };
}

function refused(message: string): LocalAzureError {
  return new LocalAzureError("INVALID_INPUT", message, {
    action: "`local-azure fault reasons` lists reasons, places and calls.",
  });
}

function fullName(operation: string | undefined): string | undefined {
  const longer = operation?.replace(/\.create$/, ".createOrUpdate");
  const known = (name: string | undefined): boolean => refusableCalls.some((call) => call.operation === name);
  return !known(operation) && known(longer) ? longer : operation;
}

function isNamed(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
