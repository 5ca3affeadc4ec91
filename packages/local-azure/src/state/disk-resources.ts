/** Resources that disks refer to: disk encryption sets and disk accesses. */
import { z } from "zod";
import { extendedLocationSchema } from "./disk-facts.ts";

const tracked = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tags: z.record(z.string(), z.string()).exactOptional(),
  provisioningState: z.enum(["Creating", "Updating", "Deleting", "Succeeded", "Failed"]),
});

export const setEncryptionTypeSchema = z.enum([
  "EncryptionAtRestWithCustomerKey",
  "EncryptionAtRestWithPlatformAndCustomerKeys",
  "ConfidentialVmEncryptedWithCustomerKey",
]);
export const setIdentityTypeSchema = z.enum([
  "SystemAssigned",
  "UserAssigned",
  "SystemAssigned, UserAssigned",
  "None",
]);
const key = z.object({
  sourceVault: z.object({ id: z.string().exactOptional() }).exactOptional(),
  keyUrl: z.string(),
});

export const diskEncryptionSetSchema = tracked.extend({
  encryptionType: setEncryptionTypeSchema,
  activeKey: key,
  previousKeys: z.array(key).exactOptional(),
  rotationToLatestKeyVersionEnabled: z.boolean().exactOptional(),
  lastKeyRotationTimestamp: z.number().exactOptional(),
  federatedClientId: z.string().exactOptional(),
  identity: z.object({
    type: setIdentityTypeSchema,
    principalId: z.string().exactOptional(),
    tenantId: z.string().exactOptional(),
    userAssignedIdentities: z
      .record(z.string(), z.object({ principalId: z.string(), clientId: z.string() }))
      .exactOptional(),
  }),
});

export const diskAccessSchema = tracked.extend({
  extendedLocation: extendedLocationSchema.exactOptional(),
  timeCreated: z.number(),
  /** The control API or a state file makes them: the local Azure has no networks. */
  privateEndpointConnections: z
    .array(
      z.object({
        name: z.string(),
        privateEndpointId: z.string(),
        status: z.enum(["Pending", "Approved", "Rejected"]),
        description: z.string().exactOptional(),
      }),
    )
    .exactOptional(),
});

export type DiskEncryptionSet = z.infer<typeof diskEncryptionSetSchema>;
export type DiskAccess = z.infer<typeof diskAccessSchema>;
