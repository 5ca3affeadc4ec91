/** The permissions that calls need, by Azure's names. */

/**
 * The actions of Azure that routes may need (learn.microsoft.com/azure/role-based-access-control/
 * permissions). The action of a route follows from its method and path, as in Resource Manager. A
 * route whose action is not in this list does not start.
 */
const actions = [
  "Microsoft.Authorization/locks/delete",
  "Microsoft.Authorization/locks/read",
  "Microsoft.Authorization/locks/write",
  "Microsoft.Authorization/permissions/read",
  "Microsoft.Authorization/policyAssignments/delete",
  "Microsoft.Authorization/policyAssignments/read",
  "Microsoft.Authorization/policyAssignments/write",
  "Microsoft.Authorization/policyDefinitions/delete",
  "Microsoft.Authorization/policyDefinitions/read",
  "Microsoft.Authorization/policyDefinitions/write",
  "Microsoft.Authorization/policyExemptions/read",
  "Microsoft.Authorization/policySetDefinitions/read",
  "Microsoft.Authorization/providerOperations/read",
  "Microsoft.Authorization/roleAssignments/delete",
  "Microsoft.Authorization/roleAssignments/read",
  "Microsoft.Authorization/roleAssignments/write",
  "Microsoft.Authorization/roleDefinitions/delete",
  "Microsoft.Authorization/roleDefinitions/read",
  "Microsoft.Authorization/roleDefinitions/write",
  "Microsoft.Compute/availabilitySets/delete",
  "Microsoft.Compute/availabilitySets/read",
  "Microsoft.Compute/availabilitySets/write",
  "Microsoft.Compute/diskAccesses/delete",
  "Microsoft.Compute/diskAccesses/read",
  "Microsoft.Compute/diskAccesses/write",
  "Microsoft.Compute/diskAccesses/privateEndpointConnections/delete",
  "Microsoft.Compute/diskAccesses/privateEndpointConnections/read",
  "Microsoft.Compute/diskAccesses/privateEndpointConnections/write",
  "Microsoft.Compute/diskAccesses/privateLinkResources/read",
  "Microsoft.Compute/diskEncryptionSets/associatedResources/read",
  "Microsoft.Compute/diskEncryptionSets/delete",
  "Microsoft.Compute/diskEncryptionSets/read",
  "Microsoft.Compute/diskEncryptionSets/write",
  "Microsoft.Compute/capacityReservationGroups/read",
  "Microsoft.Compute/disks/beginGetAccess/action",
  "Microsoft.Compute/disks/delete",
  "Microsoft.Compute/disks/endGetAccess/action",
  "Microsoft.Compute/disks/read",
  "Microsoft.Compute/disks/write",
  "Microsoft.Compute/galleries/images/read",
  "Microsoft.Compute/galleries/images/versions/read",
  "Microsoft.Compute/galleries/read",
  "Microsoft.Compute/hostGroups/read",
  "Microsoft.Compute/images/delete",
  "Microsoft.Compute/images/read",
  "Microsoft.Compute/images/write",
  "Microsoft.Compute/locations/capsOperations/read",
  "Microsoft.Compute/locations/diskOperations/read",
  "Microsoft.Compute/locations/operations/read",
  "Microsoft.Compute/locations/publishers/artifacttypes/offers/read",
  "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/read",
  "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",
  "Microsoft.Compute/locations/publishers/artifacttypes/types/read",
  "Microsoft.Compute/locations/publishers/artifacttypes/types/versions/read",
  "Microsoft.Compute/locations/publishers/read",
  "Microsoft.Compute/locations/runCommands/read",
  "Microsoft.Compute/locations/usages/read",
  "Microsoft.Compute/locations/virtualMachines/read",
  "Microsoft.Compute/locations/vmSizes/read",
  "Microsoft.Compute/operations/read",
  "Microsoft.Compute/proximityPlacementGroups/read",
  "Microsoft.Compute/restorePointCollections/delete",
  "Microsoft.Compute/restorePointCollections/read",
  "Microsoft.Compute/restorePointCollections/restorePoints/delete",
  "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints/beginGetAccess/action",
  "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints/endGetAccess/action",
  "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints/read",
  "Microsoft.Compute/restorePointCollections/restorePoints/read",
  "Microsoft.Compute/restorePointCollections/restorePoints/retrieveSasUris/action",
  "Microsoft.Compute/restorePointCollections/restorePoints/write",
  "Microsoft.Compute/restorePointCollections/write",
  "Microsoft.Compute/skus/read",
  "Microsoft.Compute/snapshots/beginGetAccess/action",
  "Microsoft.Compute/snapshots/delete",
  "Microsoft.Compute/snapshots/endGetAccess/action",
  "Microsoft.Compute/snapshots/read",
  "Microsoft.Compute/snapshots/write",
  "Microsoft.Compute/sshPublicKeys/read",
  "Microsoft.Compute/virtualMachineScaleSets/read",
  "Microsoft.Compute/virtualMachines/assessPatches/action",
  "Microsoft.Compute/virtualMachines/attachDetachDataDisks/action",
  "Microsoft.Compute/virtualMachines/cancelPatchInstallation/action",
  "Microsoft.Compute/virtualMachines/capture/action",
  "Microsoft.Compute/virtualMachines/convertToManagedDisks/action",
  "Microsoft.Compute/virtualMachines/deallocate/action",
  "Microsoft.Compute/virtualMachines/delete",
  "Microsoft.Compute/virtualMachines/extensions/delete",
  "Microsoft.Compute/virtualMachines/extensions/read",
  "Microsoft.Compute/virtualMachines/extensions/write",
  "Microsoft.Compute/virtualMachines/generalize/action",
  "Microsoft.Compute/virtualMachines/installPatches/action",
  "Microsoft.Compute/virtualMachines/instanceView/read",
  "Microsoft.Compute/virtualMachines/performMaintenance/action",
  "Microsoft.Compute/virtualMachines/powerOff/action",
  "Microsoft.Compute/virtualMachines/read",
  "Microsoft.Compute/virtualMachines/reapply/action",
  "Microsoft.Compute/virtualMachines/redeploy/action",
  "Microsoft.Compute/virtualMachines/reimage/action",
  "Microsoft.Compute/virtualMachines/restart/action",
  "Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action",
  "Microsoft.Compute/virtualMachines/runCommand/action",
  "Microsoft.Compute/virtualMachines/runCommands/delete",
  "Microsoft.Compute/virtualMachines/runCommands/read",
  "Microsoft.Compute/virtualMachines/runCommands/write",
  "Microsoft.Compute/virtualMachines/simulateEviction/action",
  "Microsoft.Compute/virtualMachines/start/action",
  "Microsoft.Compute/virtualMachines/vmSizes/read",
  "Microsoft.Compute/virtualMachines/write",
  "Microsoft.Features/features/read",
  "Microsoft.Features/providers/features/read",
  "Microsoft.Network/locations/operationResults/read",
  "Microsoft.Network/locations/operations/read",
  "Microsoft.Network/locations/usages/read",
  "Microsoft.Network/networkInterfaces/delete",
  "Microsoft.Network/networkInterfaces/join/action",
  "Microsoft.Network/networkInterfaces/read",
  "Microsoft.Network/networkInterfaces/write",
  "Microsoft.Network/networkSecurityGroups/read",
  "Microsoft.Network/networkSecurityGroups/write",
  "Microsoft.Network/publicIPAddresses/read",
  "Microsoft.Network/publicIPAddresses/write",
  "Microsoft.Network/virtualNetworks/read",
  "Microsoft.Network/virtualNetworks/write",
  "Microsoft.Network/virtualNetworks/subnets/read",
  "Microsoft.Resources/deployments/read",
  "Microsoft.Resources/providers/read",
  "Microsoft.Resources/subscriptions/locations/read",
  "Microsoft.Resources/subscriptions/operationresults/read",
  "Microsoft.Resources/subscriptions/providers/read",
  "Microsoft.Resources/subscriptions/providers/register/action",
  "Microsoft.Resources/subscriptions/read",
  "Microsoft.Resources/subscriptions/resourceGroups/delete",
  "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
  "Microsoft.Resources/subscriptions/resourceGroups/validateMoveResources/action",
  "Microsoft.Resources/subscriptions/resourceGroups/write",
  "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
  "Microsoft.Resources/subscriptions/resources/read",
  "Microsoft.Resources/subscriptions/tagNames/delete",
  "Microsoft.Resources/subscriptions/tagNames/read",
  "Microsoft.Resources/subscriptions/tagNames/tagValues/delete",
  "Microsoft.Resources/subscriptions/tagNames/tagValues/write",
  "Microsoft.Resources/subscriptions/tagNames/write",
  "Microsoft.Resources/tags/delete",
  "Microsoft.Resources/tags/read",
  "Microsoft.Resources/tags/write",
  "Microsoft.Resources/tenants/read",
] as const;

export type AzureAction = (typeof actions)[number];

/** All of them, by name. */
export const knownActions: readonly AzureAction[] = actions;

const byLowerCase: ReadonlyMap<string, AzureAction> = new Map(
  actions.map((action) => [action.toLowerCase(), action]),
);

/** Types whose actions the list has in full. */
const completeTypes = [
  "microsoft.compute/disks",
  "microsoft.compute/snapshots",
  "microsoft.compute/restorepointcollections",
  "microsoft.compute/restorepointcollections/restorepoints",
  "microsoft.compute/restorepointcollections/restorepoints/diskrestorepoints",
  "microsoft.compute/virtualmachines",
  "microsoft.compute/virtualmachines/extensions",
];

/**
 * Whether an action of a role can be one of Azure's. Patterns, and actions of types that the local
 * Azure does not have, are taken as they are.
 */
export function isKnownAction(action: string): boolean {
  const lower = action.toLowerCase();
  if (lower.includes("*") || byLowerCase.has(lower) || lower.includes("/providers/")) return true;
  return !completeTypes.some((type) => lower.startsWith(`${type}/`));
}

/** What a path names: the provider, its types from the outside in, and what its end is. */
export interface PathShape {
  namespace: string;
  types: string[];
  /** `type`: the path ends with a type or, for POST, with an action. */
  end: "type" | "name";
}

/** Parses a path, or a route's pattern, of segments. */
export function shapeOf(segments: readonly string[]): PathShape {
  const at = segments.findLastIndex(
    (segment, index) => segment.toLowerCase() === "providers" && index < segments.length - 1,
  );
  // `/subscriptions/S/providers/NAMESPACE` is itself a resource of Resource Manager.
  const ofProvider = at >= 0 && at < segments.length - 2;
  const path = ofProvider ? segments.slice(at + 2) : segments;
  return {
    namespace: (ofProvider ? segments[at + 1] : undefined) ?? "Microsoft.Resources",
    types: path.filter((_, index) => index % 2 === 0),
    end: path.length % 2 === 1 ? "type" : "name",
  };
}

const verbs: Readonly<Record<string, string>> = {
  GET: "read",
  HEAD: "read",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
  POST: "action",
};

/** The action of a route. @throws Error: Azure does not have the action that follows */
export function actionOf(method: string, segments: readonly string[]): AzureAction {
  const { namespace, types } = shapeOf(segments);
  const derived = [namespace, ...types, verbs[method]].join("/");
  const action = byLowerCase.get(derived.toLowerCase());
  if (action !== undefined) return action;
  throw new Error(
    `${derived} is not in the list of Azure's actions (actions.ts): add it as Azure's page of permissions spells it`,
  );
}

/**
 * The scope of a request: the resource; for a list or a POST what it belongs to. A list in a
 * resource group has the group's provider as its scope, as Azure's errors word it.
 */
export function scopeOf(method: string, segments: readonly string[]): string {
  const { end } = shapeOf(segments);
  const list = end === "type" && (method === "GET" || method === "HEAD" || method === "POST");
  const scope = list ? segments.slice(0, -1) : [...segments];
  const inSubscription = scope.length === 4 && scope[2]?.toLowerCase() === "providers";
  return `/${(inSubscription && list ? scope.slice(0, 2) : scope).join("/")}`;
}
