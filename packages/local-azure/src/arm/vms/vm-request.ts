/** The body of PUT and PATCH of a VM: every property of the SDK's model, checked as Azure checks it. */
import { z } from "zod";
import { vaultCertificatesSchema } from "../../state/key-vault-references.ts";
import { tagsSchema } from "../../state/model.ts";
import {
  creationOnly,
  processorModeSchema,
  resiliencyProfileSchema,
  scheduledEventsPolicySchema,
} from "../../state/vm-events.ts";
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
  subResourceSchema,
  vmSizePropertiesSchema,
  windowsConfigurationSchema,
} from "../../state/vm-profiles.ts";
import { parseBody } from "../body.ts";

const storageAccountType = z.enum([
  "Standard_LRS",
  "Premium_LRS",
  "StandardSSD_LRS",
  "UltraSSD_LRS",
  "Premium_ZRS",
  "StandardSSD_ZRS",
  "PremiumV2_LRS",
]);
const createOption = z.enum(["FromImage", "Empty", "Attach", "Copy", "Restore"]);
/** Read-only members: Azure ignores what a client sends back. */
const ignored = z.json().optional();

const managedDisk = z.strictObject({
  id: z.string().optional(),
  storageAccountType: storageAccountType.optional(),
  diskEncryptionSet: subResourceSchema.optional(),
  securityProfile: z
    .strictObject({
      securityEncryptionType: z
        .enum(["VMGuestStateOnly", "DiskWithVMGuestState", "NonPersistedTPM"])
        .optional(),
      diskEncryptionSet: subResourceSchema.optional(),
    })
    .optional(),
  additionalDiskProperties: ignored,
});

const vhd = z.strictObject({ uri: z.string().optional() }).optional();
const anyDisk = {
  name: z.string().optional(),
  vhd,
  image: vhd,
  caching: cachingSchema.optional(),
  writeAcceleratorEnabled: z.boolean().optional(),
  createOption,
  diskSizeGB: z.number().int().optional(),
  storageFaultDomainAlignment: z.enum(["Aligned", "BestEffortAligned"]).optional(),
  managedDisk: managedDisk.optional(),
  deleteOption: deleteOptionSchema.optional(),
};

const osDisk = z.strictObject({
  ...anyDisk,
  osType: z.enum(["Linux", "Windows"]).optional(),
  encryptionSettings: encryptionSettingsSchema.optional(),
  diffDiskSettings: diffDiskSettingsSchema.optional(),
});

const dataDisk = z.strictObject({
  ...anyDisk,
  lun: z.number().int(),
  sourceResource: subResourceSchema.optional(),
  toBeDetached: z.boolean().optional(),
  detachOption: z.enum(["ForceDetach"]).optional(),
  diskIOPSReadWrite: ignored,
  diskMBpsReadWrite: ignored,
});

const imageReference = z.strictObject({
  id: z.string().optional(),
  publisher: z.string().optional(),
  offer: z.string().optional(),
  sku: z.string().optional(),
  version: z.string().optional(),
  exactVersion: z.string().optional(),
  sharedGalleryImageId: z.string().optional(),
  communityGalleryImageId: z.string().optional(),
});

const storageProfile = z.strictObject({
  imageReference: imageReference.optional(),
  osDisk: osDisk.optional(),
  dataDisks: z.array(dataDisk).optional(),
  diskControllerType: diskControllerSchema.optional(),
  alignRegionalDisksToVMZone: z.boolean().optional(),
  diskApiVersion: z.string().optional(),
});

const osProfile = z.strictObject({
  computerName: z.string().optional(),
  adminUsername: z.string().optional(),
  adminPassword: z.string().optional(),
  customData: z.string().optional(),
  windowsConfiguration: windowsConfigurationSchema.optional(),
  linuxConfiguration: linuxConfigurationSchema.optional(),
  secrets: vaultCertificatesSchema.optional(),
  allowExtensionOperations: z.boolean().optional(),
  requireGuestProvisionSignal: z.boolean().optional(),
});

const networkProfile = z.strictObject({
  networkInterfaces: z
    .array(
      z.strictObject({
        id: z.string().optional(),
        properties: z
          .strictObject({ primary: z.boolean().optional(), deleteOption: deleteOptionSchema.optional() })
          .optional(),
      }),
    )
    .optional(),
  networkApiVersion: z.string().optional(),
  networkInterfaceConfigurations: z.array(z.json()).optional(),
  interconnectGroupProfile: creationOnly.interconnectGroupProfile.optional(),
});

const properties = z.strictObject({
  hardwareProfile: z
    .strictObject({
      vmSize: z.string().optional(),
      vmSizeProperties: vmSizePropertiesSchema.optional(),
      processorMode: processorModeSchema.optional(),
    })
    .optional(),
  storageProfile: storageProfile.optional(),
  additionalCapabilities: additionalCapabilitiesSchema.optional(),
  osProfile: osProfile.optional(),
  networkProfile: networkProfile.optional(),
  securityProfile: securityProfileSchema.optional(),
  diagnosticsProfile: diagnosticsProfileSchema.optional(),
  availabilitySet: subResourceSchema.optional(),
  virtualMachineScaleSet: subResourceSchema.optional(),
  proximityPlacementGroup: subResourceSchema.optional(),
  priority: z.enum(["Regular", "Low", "Spot", "SpotPlus"]).optional(),
  evictionPolicy: z.enum(["Deallocate", "Delete"]).optional(),
  billingProfile: z.strictObject({ maxPrice: z.number().optional() }).optional(),
  host: subResourceSchema.optional(),
  hostGroup: subResourceSchema.optional(),
  licenseType: z.string().optional(),
  extensionsTimeBudget: z.string().optional(),
  platformFaultDomain: z.number().int().optional(),
  scheduledEventsProfile: scheduledEventsProfileSchema.optional(),
  scheduledEventsPolicy: scheduledEventsPolicySchema.optional(),
  userData: z.string().optional(),
  capacityReservation: z
    .strictObject({
      capacityReservationGroup: subResourceSchema.optional(),
      disableCapacityReservationAssignment: z.boolean().optional(),
    })
    .optional(),
  interconnectBlockProfile: creationOnly.interconnectBlockProfile.optional(),
  applicationProfile: applicationProfileSchema.optional(),
  resiliencyProfile: resiliencyProfileSchema.optional(),
  provisioningState: ignored,
  instanceView: ignored,
  vmId: ignored,
  timeCreated: ignored,
});

const shared = {
  id: ignored,
  name: ignored,
  type: ignored,
  etag: ignored,
  systemData: ignored,
  managedBy: ignored,
  resources: ignored,
  tags: tagsSchema,
  plan: planSchema.optional(),
  identity: identitySchema.optional(),
  zones: z.array(z.string()).optional(),
  extendedLocation: creationOnly.extendedLocation.optional(),
  placement: creationOnly.placement.optional(),
  properties: properties.optional(),
};

const putSchema = z.strictObject({ ...shared, location: z.string() });
const patchSchema = z.strictObject({ ...shared, location: z.string().optional() });

export type VmRequest = z.infer<typeof patchSchema>;
export type VmRequestProperties = z.infer<typeof properties>;
export type OsDiskRequest = z.infer<typeof osDisk>;
export type DataDiskRequest = z.infer<typeof dataDisk>;

const storage = "properties.storageProfile";
const names = {
  parameter: "vm",
  types: {
    properties: "VirtualMachineProperties",
    [`${storage}.osDisk`]: "OSDisk",
    [`${storage}.osDisk.managedDisk`]: "ManagedDiskParameters",
    "properties.osProfile": "OSProfile",
    identity: "VirtualMachineIdentity",
  },
};

/** The body of a PUT. @throws ArmError 400 */
export function putRequest(body: unknown): VmRequest {
  return parseBody(putSchema, body, names);
}

/** The body of a PATCH. @throws ArmError 400 */
export function patchRequest(body: unknown): VmRequest {
  return parseBody(patchSchema, body, names);
}

const attachSchema = z.strictObject({
  dataDisksToAttach: z
    .array(
      z.strictObject({
        diskId: z.string(),
        lun: z.number().int().optional(),
        caching: cachingSchema.optional(),
        deleteOption: deleteOptionSchema.optional(),
        diskEncryptionSet: subResourceSchema.optional(),
        writeAcceleratorEnabled: z.boolean().optional(),
      }),
    )
    .optional(),
  dataDisksToDetach: z
    .array(z.strictObject({ diskId: z.string(), detachOption: z.enum(["ForceDetach"]).optional() }))
    .optional(),
});

export type AttachRequest = z.infer<typeof attachSchema>;

/** The body of attachDetachDataDisks. @throws ArmError 400 */
export function attachRequest(body: unknown): AttachRequest {
  return parseBody(attachSchema, body, { parameter: "attachDetachDataDisksRequest" });
}
