import { KluisError } from "@kluis/domain";

/** A Compute resource's ARM id in parts. `names` holds the resource's name and those of its children, in order. */
export interface ArmId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Type without provider, lower case: `virtualmachines`, `restorepointcollections/restorepoints`. */
  readonly type: string;
  readonly names: readonly string[];
}

/** @throws KluisError INPUT_INVALID when the text is not the id of a Compute resource */
export function parseArmId(id: string): ArmId {
  const parts =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Compute\/(.+)$/i.exec(id);
  const [, subscriptionId, resourceGroup, rest] = parts ?? [];
  const segments = rest?.split("/") ?? [];
  if (!subscriptionId || !resourceGroup || segments.length < 2 || segments.length % 2 !== 0) {
    throw new KluisError("INPUT_INVALID", { message: `'${id}' is not the id of an Azure Compute resource.` });
  }
  const names = segments.filter((_, index) => index % 2 === 1);
  const type = segments
    .filter((_, index) => index % 2 === 0)
    .join("/")
    .toLowerCase();
  return { subscriptionId, resourceGroup, type, names };
}

/** The names of an id that must be of `type`, in order. @throws KluisError INPUT_INVALID for another type */
export function namesOf<Count extends 1 | 2 | 3>(
  id: string,
  type: string,
): { readonly subscriptionId: string; readonly resourceGroup: string; readonly names: Names[Count] };
export function namesOf(id: string, type: string): ArmId {
  const parsed = parseArmId(id);
  if (parsed.type === type.toLowerCase()) return parsed;
  throw new KluisError("INPUT_INVALID", { message: `'${id}' is not a resource of type ${type}.` });
}

interface Names {
  readonly 1: readonly [string];
  readonly 2: readonly [string, string];
  readonly 3: readonly [string, string, string];
}

/** Azure changes the letter case of ids between answers: compare ids by this. */
export function armKey(id: string): string {
  return id.toLowerCase();
}
