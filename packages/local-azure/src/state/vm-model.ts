/** The schema of a VM's record: what its disks and its model have beyond the resource's envelope. */
import { z } from "zod";
import { hyperVGenerationSchema } from "./disk-facts.ts";
import { vaultCertificatesSchema } from "./key-vault-references.ts";
import { processorModeSchema, resiliencyProfileSchema, scheduledEventsPolicySchema } from "./vm-events.ts";
import {
  additionalCapabilitiesSchema,
  applicationProfileSchema,
  cachingSchema,
  deleteOptionSchema,
  diagnosticsProfileSchema,
  diffDiskSettingsSchema,
  diskControllerSchema,
  encryptionSettingsSchema,
  identitySchema,
  linuxConfigurationSchema,
  planSchema,
  scheduledEventsProfileSchema,
  securityProfileSchema,
  vmSizePropertiesSchema,
  windowsConfigurationSchema,
} from "./vm-profiles.ts";

/** A disk of a VM. */
export const vmDiskSchema = z.object({
  name: z.string(),
  diskId: z.string(),
  caching: cachingSchema,
  createOption: z.string(),
  deleteOption: deleteOptionSchema,
  writeAcceleratorEnabled: z.boolean().optional(),
});

export const vmOsDiskSchema = vmDiskSchema.extend({
  encryptionSettings: encryptionSettingsSchema.optional(),
  diffDiskSettings: diffDiskSettingsSchema.optional(),
});

export const vmDataDiskSchema = vmDiskSchema.extend({
  lun: z.number().int(),
  /** A detach is in progress, or the last one failed. */
  toBeDetached: z.boolean().optional(),
});

/** Fields that a VM may have. A state of an earlier version has none of them. */
export const vmModelFields = {
  /** Grows with each change; the ETag. */
  revision: z.number().int().optional(),
  /** Power state while an operation changes it. */
  powering: z.enum(["starting", "stopping", "deallocating"]).optional(),
  /** Time of the last change of the provisioning state; default: `timeCreated`. */
  provisionedAt: z.number().optional(),
  isGeneralized: z.boolean().optional(),
  hyperVGeneration: hyperVGenerationSchema.optional(),
  diskControllerType: diskControllerSchema.optional(),
  sizeProperties: vmSizePropertiesSchema.optional(),
  identity: identitySchema.optional(),
  plan: planSchema.optional(),
  securityProfile: securityProfileSchema.optional(),
  diagnosticsProfile: diagnosticsProfileSchema.optional(),
  additionalCapabilities: additionalCapabilitiesSchema.optional(),
  applicationProfile: applicationProfileSchema.optional(),
  scheduledEventsProfile: scheduledEventsProfileSchema.optional(),
  scheduledEventsPolicy: scheduledEventsPolicySchema.optional(),
  resiliencyProfile: resiliencyProfileSchema.optional(),
  processorMode: processorModeSchema.optional(),
  windowsConfiguration: windowsConfigurationSchema.optional(),
  linuxConfiguration: linuxConfigurationSchema.optional(),
  allowExtensionOperations: z.boolean().optional(),
  vaultCertificates: vaultCertificatesSchema.optional(),
  requireGuestProvisionSignal: z.boolean().optional(),
  extensionsTimeBudget: z.string().optional(),
  availabilitySetId: z.string().optional(),
  proximityPlacementGroupId: z.string().optional(),
  hostId: z.string().optional(),
  capacityReservationGroupId: z.string().optional(),
  disableCapacityReservationAssignment: z.boolean().optional(),
  priority: z.enum(["Regular", "Low", "Spot"]).optional(),
  evictionPolicy: z.enum(["Deallocate", "Delete"]).optional(),
  maxPrice: z.number().optional(),
  platformFaultDomain: z.number().int().optional(),
  /** By key of the network interface; default: Detach. */
  nicDeleteOptions: z.record(z.string(), deleteOptionSchema).optional(),
};

const vmModelSchema = z.object(vmModelFields);
export type VmModelFields = z.infer<typeof vmModelSchema>;
