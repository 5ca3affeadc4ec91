/** ARM ids: how they are written, and the lower-case key that two spellings of one id share. */
export const COMPUTE = "Microsoft.Compute";

/** The key of a resource in the state. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

export function subscriptionIdOf(subscriptionId: string): string {
  return `/subscriptions/${subscriptionId}`;
}

export function groupId(subscriptionId: string, group: string): string {
  return `${subscriptionIdOf(subscriptionId)}/resourceGroups/${group}`;
}

/** `computeId({subscriptionId, group}, "disks", "a")` → `/subscriptions/…/providers/Microsoft.Compute/disks/a`. */
export function computeId(
  scope: { subscriptionId: string; group: string },
  ...path: [type: string, name: string, ...rest: string[]]
): string {
  return `${groupId(scope.subscriptionId, scope.group)}/providers/${COMPUTE}/${path.join("/")}`;
}

/** Last segment of an id. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
