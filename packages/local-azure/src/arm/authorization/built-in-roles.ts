/**
 * Azure's built-in roles that matter here, with their ids and permissions
 * (learn.microsoft.com/azure/role-based-access-control/built-in-roles).
 */
import type { RolePermission } from "../../state/access-model.ts";

export interface RoleDefinition {
  /** Its GUID, the last segment of its id. */
  name: string;
  roleName: string;
  type: "BuiltInRole" | "CustomRole";
  description: string;
  assignableScopes: readonly string[];
  permissions: readonly RolePermission[];
}

/** Actions that most roles for one service have besides. */
const common = [
  "Microsoft.Authorization/*/read",
  "Microsoft.Insights/alertRules/*",
  "Microsoft.Resources/deployments/*",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
];

function role(
  name: string,
  roleName: string,
  rest: { description: string } & Partial<RolePermission>,
): RoleDefinition {
  const { description, actions = [], notActions = [], dataActions = [], notDataActions = [] } = rest;
  return {
    name,
    roleName,
    type: "BuiltInRole",
    description,
    assignableScopes: ["/"],
    permissions: [{ actions, notActions, dataActions, notDataActions }],
  };
}

const owner = role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", {
  description:
    "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
  actions: ["*"],
});

const contributor = role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", {
  description:
    "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure Blueprints, or share image galleries.",
  actions: ["*"],
  notActions: [
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
    "Microsoft.Blueprint/blueprintAssignments/write",
    "Microsoft.Blueprint/blueprintAssignments/delete",
    "Microsoft.Compute/galleries/share/action",
    "Microsoft.Purview/consents/write",
    "Microsoft.Purview/consents/delete",
    "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
    "Microsoft.Subscription/cancel/action",
    "Microsoft.Subscription/enable/action",
  ],
});

const reader = role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", {
  description: "View all resources, but does not allow you to make any changes.",
  actions: ["*/read"],
});

/** The roles that a role assignment of the state can name in short. */
export const generalRoles = { Owner: owner, Contributor: contributor, Reader: reader } as const;

export const builtInRoles: readonly RoleDefinition[] = [
  owner,
  contributor,
  reader,
  role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", {
    description: "Lets you manage user access to Azure resources.",
    actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  }),
  role("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator", {
    description: "Manage access to Azure resources by assigning roles using Azure RBAC.",
    actions: [
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
      "*/read",
      "Microsoft.Support/*",
    ],
  }),
  role("36243c78-bf99-498c-9df9-86d9f8d28608", "Resource Policy Contributor", {
    description:
      "Users with rights to create/modify resource policy, create support ticket and read resources.",
    actions: [
      "*/read",
      "Microsoft.Authorization/policyassignments/*",
      "Microsoft.Authorization/policydefinitions/*",
      "Microsoft.Authorization/policyexemptions/*",
      "Microsoft.Authorization/policysetdefinitions/*",
      "Microsoft.PolicyInsights/*",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Support/*",
    ],
  }),
  role("4a9ae827-6dc8-4573-8ac7-8239d42aa03f", "Tag Contributor", {
    description: "Lets you manage tags on entities, without providing access to the entities themselves.",
    actions: [
      ...common,
      "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
      "Microsoft.Resources/subscriptions/resources/read",
      "Microsoft.Resources/tags/*",
      "Microsoft.Support/*",
    ],
  }),
  role("e147488a-f6f5-4113-8e2d-b22465e65bf6", "Key Vault Crypto Service Encryption User", {
    description:
      "Read metadata of keys and perform wrap/unwrap operations. Only works for key vaults that use the 'Azure role-based access control' permission model.",
    actions: [
      "Microsoft.EventGrid/eventSubscriptions/write",
      "Microsoft.EventGrid/eventSubscriptions/read",
      "Microsoft.EventGrid/eventSubscriptions/delete",
    ],
    dataActions: [
      "Microsoft.KeyVault/vaults/keys/read",
      "Microsoft.KeyVault/vaults/keys/wrap/action",
      "Microsoft.KeyVault/vaults/keys/unwrap/action",
    ],
  }),
  role("14b46e9e-c2b7-41b4-b07b-48a6ebf60603", "Key Vault Crypto Officer", {
    description:
      "Perform any action on the keys of a key vault, except manage permissions. Only works for key vaults that use the 'Azure role-based access control' permission model.",
    actions: [
      ...common,
      "Microsoft.KeyVault/checkNameAvailability/read",
      "Microsoft.KeyVault/deletedVaults/read",
      "Microsoft.KeyVault/locations/*/read",
      "Microsoft.KeyVault/vaults/*/read",
      "Microsoft.KeyVault/operations/read",
    ],
    dataActions: ["Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"],
  }),
  role("9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor", {
    description:
      "Lets you manage virtual machines, but not access to them, and not the virtual network or storage account they're connected to.",
    actions: [
      ...common,
      "Microsoft.Compute/availabilitySets/*",
      "Microsoft.Compute/locations/*",
      "Microsoft.Compute/virtualMachines/*",
      "Microsoft.Compute/virtualMachineScaleSets/*",
      "Microsoft.Compute/cloudServices/*",
      "Microsoft.Compute/disks/write",
      "Microsoft.Compute/disks/read",
      "Microsoft.Compute/disks/delete",
      "Microsoft.DevTestLab/schedules/*",
      "Microsoft.Network/applicationGateways/backendAddressPools/join/action",
      "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
      "Microsoft.Network/loadBalancers/inboundNatPools/join/action",
      "Microsoft.Network/loadBalancers/inboundNatRules/join/action",
      "Microsoft.Network/loadBalancers/probes/join/action",
      "Microsoft.Network/loadBalancers/read",
      "Microsoft.Network/locations/*",
      "Microsoft.Network/networkInterfaces/*",
      "Microsoft.Network/networkSecurityGroups/join/action",
      "Microsoft.Network/networkSecurityGroups/read",
      "Microsoft.Network/publicIPAddresses/join/action",
      "Microsoft.Network/publicIPAddresses/read",
      "Microsoft.Network/virtualNetworks/read",
      "Microsoft.Network/virtualNetworks/subnets/join/action",
      "Microsoft.RecoveryServices/locations/*",
      "Microsoft.ResourceHealth/availabilityStatuses/read",
      "Microsoft.SerialConsole/serialPorts/connect/action",
      "Microsoft.SqlVirtualMachine/*",
      "Microsoft.Storage/storageAccounts/listKeys/action",
      "Microsoft.Storage/storageAccounts/read",
      "Microsoft.Support/*",
    ],
  }),
  role("4d97b98b-1d4f-4787-a291-c65f2a0efed8", "Network Contributor", {
    description: "Lets you manage networks, but not access to them.",
    actions: [
      ...common,
      "Microsoft.Network/*",
      "Microsoft.ResourceHealth/availabilityStatuses/read",
      "Microsoft.Support/*",
    ],
  }),
  role("3e5e47e6-65f7-47ef-90b5-e5dd4d455f24", "Disk Backup Reader", {
    description: "Provides permission to backup vault to perform disk backup.",
    actions: [...common, "Microsoft.Compute/disks/read", "Microsoft.Compute/disks/beginGetAccess/action"],
  }),
  role("b50d9833-a0cb-478e-945f-707fcc997c13", "Disk Restore Operator", {
    description: "Provides permission to backup vault to perform disk restore.",
    actions: [...common, "Microsoft.Compute/disks/write", "Microsoft.Compute/disks/read"],
  }),
  role("7efff54f-a5b4-42b5-a1c5-5411624893ce", "Disk Snapshot Contributor", {
    description: "Provides permission to backup vault to manage disk snapshots.",
    actions: [
      ...common,
      "Microsoft.Compute/snapshots/delete",
      "Microsoft.Compute/snapshots/write",
      "Microsoft.Compute/snapshots/read",
      "Microsoft.Compute/snapshots/beginGetAccess/action",
      "Microsoft.Compute/snapshots/endGetAccess/action",
      "Microsoft.Compute/disks/beginGetAccess/action",
      "Microsoft.Storage/storageAccounts/listkeys/action",
      "Microsoft.Storage/storageAccounts/write",
      "Microsoft.Storage/storageAccounts/read",
      "Microsoft.Storage/storageAccounts/delete",
    ],
  }),
  role("959f8984-c045-4866-89c7-12bf9737be2e", "Data Operator for Managed Disks", {
    description:
      "Provides permissions to upload data to empty managed disks, read, or export data of managed disks (not attached to running VMs) and snapshots using SAS URIs and Azure AD authentication.",
    dataActions: [
      "Microsoft.Compute/disks/download/action",
      "Microsoft.Compute/disks/upload/action",
      "Microsoft.Compute/snapshots/download/action",
      "Microsoft.Compute/snapshots/upload/action",
    ],
  }),
];
