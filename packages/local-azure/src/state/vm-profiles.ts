/** The profiles of a VM: their schemas serve both a request's body and the stored VM. */
import { z } from "zod";

const text = z.string();
const flag = z.boolean();

export const subResourceSchema = z.strictObject({ id: text.optional() });
const requiredReference = z.strictObject({ id: text });

export const cachingSchema = z.enum(["None", "ReadOnly", "ReadWrite"]);
export const deleteOptionSchema = z.enum(["Delete", "Detach"]);
export const diskControllerSchema = z.enum(["SCSI", "NVMe"]);
const rebootSetting = z.enum(["Unknown", "IfRequired", "Never", "Always"]).optional();

export const planSchema = z.strictObject({
  name: text.optional(),
  publisher: text.optional(),
  product: text.optional(),
  promotionCode: text.optional(),
});

export const identityTypes = [
  "SystemAssigned",
  "UserAssigned",
  "SystemAssigned, UserAssigned",
  "None",
] as const;
export const identitySchema = z.strictObject({
  type: z.enum(identityTypes),
  principalId: text.optional(),
  tenantId: text.optional(),
  /** By id of the identity. `null` in a request removes one. */
  userAssignedIdentities: z
    .record(
      text,
      z
        .strictObject({
          principalId: text.optional(),
          clientId: text.optional(),
        })
        .nullable(),
    )
    .optional(),
});

export const vmSizePropertiesSchema = z.strictObject({
  vCPUsAvailable: z.number().int().optional(),
  vCPUsPerCore: z.number().int().optional(),
});

const endpointSettings = z.strictObject({
  mode: z.enum(["Audit", "Enforce", "Disabled"]).optional(),
  inVMAccessControlProfileReferenceId: text.optional(),
  useLocalFileRules: flag.optional(),
});

export const securityProfileSchema = z.strictObject({
  uefiSettings: z
    .strictObject({
      secureBootEnabled: flag.optional(),
      vTpmEnabled: flag.optional(),
    })
    .optional(),
  encryptionAtHost: flag.optional(),
  securityType: z.enum(["Standard", "TrustedLaunch", "ConfidentialVM"]).optional(),
  encryptionIdentity: z
    .strictObject({
      userAssignedIdentityResourceId: text.optional(),
    })
    .optional(),
  proxyAgentSettings: z
    .strictObject({
      enabled: flag.optional(),
      mode: z.enum(["Audit", "Enforce"]).optional(),
      keyIncarnationId: z.number().int().optional(),
      wireServer: endpointSettings.optional(),
      imds: endpointSettings.optional(),
      addProxyAgentExtension: flag.optional(),
    })
    .optional(),
});

export const diagnosticsProfileSchema = z.strictObject({
  bootDiagnostics: z
    .strictObject({
      enabled: flag.optional(),
      storageUri: text.optional(),
    })
    .optional(),
});

export const additionalCapabilitiesSchema = z.strictObject({
  ultraSSDEnabled: flag.optional(),
  hibernationEnabled: flag.optional(),
  enableFips1403Encryption: flag.optional(),
});

export const applicationProfileSchema = z.strictObject({
  galleryApplications: z
    .array(
      z.strictObject({
        tags: text.optional(),
        order: z.number().int().optional(),
        packageReferenceId: text,
        configurationReference: text.optional(),
        treatFailureAsDeploymentFailure: flag.optional(),
        enableAutomaticUpgrade: flag.optional(),
      }),
    )
    .optional(),
});

const notification = { notBeforeTimeout: text.optional(), enable: flag.optional() };
export const scheduledEventsProfileSchema = z.strictObject({
  terminateNotificationProfile: z.strictObject(notification).optional(),
  osImageNotificationProfile: z.strictObject(notification).optional(),
});

export const windowsConfigurationSchema = z.strictObject({
  provisionVMAgent: flag.optional(),
  enableAutomaticUpdates: flag.optional(),
  timeZone: text.optional(),
  additionalUnattendContent: z
    .array(
      z.strictObject({
        passName: text.optional(),
        componentName: text.optional(),
        settingName: text.optional(),
        content: text.optional(),
      }),
    )
    .optional(),
  patchSettings: z
    .strictObject({
      patchMode: z.enum(["Manual", "AutomaticByOS", "AutomaticByPlatform"]).optional(),
      enableHotpatching: flag.optional(),
      assessmentMode: z.enum(["ImageDefault", "AutomaticByPlatform"]).optional(),
      automaticByPlatformSettings: z
        .strictObject({
          rebootSetting,
          bypassPlatformSafetyChecksOnUserSchedule: flag.optional(),
        })
        .optional(),
    })
    .optional(),
  winRM: z
    .strictObject({
      listeners: z
        .array(
          z.strictObject({
            protocol: z.enum(["Http", "Https"]).optional(),
            certificateUrl: text.optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  enableVMAgentPlatformUpdates: flag.optional(),
});

export const linuxConfigurationSchema = z.strictObject({
  disablePasswordAuthentication: flag.optional(),
  ssh: z
    .strictObject({
      publicKeys: z.array(z.strictObject({ path: text.optional(), keyData: text.optional() })).optional(),
    })
    .optional(),
  provisionVMAgent: flag.optional(),
  patchSettings: z
    .strictObject({
      patchMode: z.enum(["ImageDefault", "AutomaticByPlatform"]).optional(),
      assessmentMode: z.enum(["ImageDefault", "AutomaticByPlatform"]).optional(),
      automaticByPlatformSettings: z
        .strictObject({
          rebootSetting,
          bypassPlatformSafetyChecksOnUserSchedule: flag.optional(),
        })
        .optional(),
    })
    .optional(),
  enableVMAgentPlatformUpdates: flag.optional(),
});

/** Settings of Azure Disk Encryption that are in a VM's model. */
export const encryptionSettingsSchema = z.strictObject({
  diskEncryptionKey: z
    .strictObject({
      secretUrl: text,
      sourceVault: requiredReference,
    })
    .optional(),
  keyEncryptionKey: z
    .strictObject({
      keyUrl: text,
      sourceVault: requiredReference,
    })
    .optional(),
  enabled: flag.optional(),
});

export const diffDiskSettingsSchema = z.strictObject({
  option: z.enum(["Local"]).optional(),
  placement: z.enum(["CacheDisk", "ResourceDisk", "NvmeDisk"]).optional(),
  enableFullCaching: flag.optional(),
});
