/** ARM ids and names: how they are written and compared. */
const COMPUTE = "Microsoft.Compute";

/** The key of a resource in the state. ARM ids are case-insensitive, so keys are lower case. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

export function subscriptionIdOf(subscriptionId: string): string {
  return `/subscriptions/${subscriptionId}`;
}

export function groupId(subscriptionId: string, group: string): string {
  return `${subscriptionIdOf(subscriptionId)}/resourceGroups/${group}`;
}

/**
 * `computeId({subscriptionId, group}, "disks", "a")` →
 * `/subscriptions/…/providers/Microsoft.Compute/disks/a`.
 */
export function computeId(
  scope: { subscriptionId: string; group: string },
  ...path: [type: string, name: string, ...rest: string[]]
): string {
  return `${groupId(scope.subscriptionId, scope.group)}/providers/${COMPUTE}/${path.join("/")}`;
}

/** The last segment of an id. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** Whether Compute accepts a name for a disk, snapshot, restore point or collection. */
export function isResourceName(name: string): boolean {
  return /^[^_\W][\w-.]{0,79}(?<![-.])$/.test(name);
}

/** The short name of a region: "West Europe" → "westeurope". */
export function regionOf(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}
