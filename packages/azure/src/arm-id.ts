/** ARM ids of Compute resources: parsed, checked and compared. */
import { KluisError } from "@kluis/domain";

/** The parts of a Compute resource's ARM id. `names`: the resource's name and those of its children, in order. */
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
    throw new KluisError("INPUT_INVALID", {
      reason: "value",
      message: `'${id}' is not the id of an Azure Compute resource.`,
      params: { resourceId: id },
    });
  }
  const names = segments.filter((_, index) => index % 2 === 1);
  const type = segments
    .filter((_, index) => index % 2 === 0)
    .join("/")
    .toLowerCase();
  return { subscriptionId, resourceGroup, type, names };
}

/** The names in an id of `type`, in order. @throws KluisError INPUT_INVALID for another type */
export function namesOf<Count extends keyof Names>(
  id: string,
  type: string,
): { readonly subscriptionId: string; readonly resourceGroup: string; readonly names: Names[Count] };
export function namesOf(id: string, type: string): ArmId {
  const parsed = parseArmId(id);
  if (parsed.type === type.toLowerCase()) return parsed;
  throw new KluisError("INPUT_INVALID", {
    reason: "value",
    message: `'${id}' is not a resource of type ${type}.`,
    params: { resourceId: id, resourceType: type },
  });
}

export interface Names {
  readonly 1: readonly [string];
  readonly 2: readonly [string, string];
  readonly 3: readonly [string, string, string];
}

/** Key to compare ids by: Azure changes their letter case between answers. */
export function armKey(id: string): string {
  return id.toLowerCase();
}
