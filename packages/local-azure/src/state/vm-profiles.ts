/** The profiles of a VM: their schemas serve both a request's body and the stored VM. */
import { z } from "zod";

const text = z.string();
const flag = z.boolean();

export const subResourceSchema = z.strictObject({ id: text.exactOptional() });
const requiredReference = z.strictObject({ id: text });

export const cachingSchema = z.enum(["None", "ReadOnly", "ReadWrite"]);
export const deleteOptionSchema = z.enum(["Delete", "Detach"]);
export const diskControllerSchema = z.enum(["SCSI", "NVMe"]);
const rebootSetting = z.enum(["Unknown", "IfRequired", "Never", "Always"]).exactOptional();

export const planSchema = z.strictObject({
  name: text.exactOptional(),
  publisher: text.exactOptional(),
  product: text.exactOptional(),
  promotionCode: text.exactOptional(),
});

const identityTypes = ["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"] as const;
export const identitySchema = z.strictObject({
  type: z.enum(identityTypes),
  principalId: text.exactOptional(),
  tenantId: text.exactOptional(),
  /** By id of the identity. `null` in a request removes one. */
  userAssignedIdentities: z
    .record(
      text,
      z
        .strictObject({
          principalId: text.exactOptional(),
          clientId: text.exactOptional(),
        })
        .nullable(),
    )
    .exactOptional(),
});

export const vmSizePropertiesSchema = z.strictObject({
  vCPUsAvailable: z.number().int().exactOptional(),
  vCPUsPerCore: z.number().int().exactOptional(),
});

const endpointSettings = z.strictObject({
  mode: z.enum(["Audit", "Enforce", "Disabled"]).exactOptional(),
  inVMAccessControlProfileReferenceId: text.exactOptional(),
  useLocalFileRules: flag.exactOptional(),
});

export const securityProfileSchema = z.strictObject({
  uefiSettings: z
    .strictObject({
      secureBootEnabled: flag.exactOptional(),
      vTpmEnabled: flag.exactOptional(),
    })
    .exactOptional(),
  encryptionAtHost: flag.exactOptional(),
  securityType: z.enum(["Standard", "TrustedLaunch", "ConfidentialVM"]).exactOptional(),
  encryptionIdentity: z
    .strictObject({
      userAssignedIdentityResourceId: text.exactOptional(),
    })
    .exactOptional(),
  proxyAgentSettings: z
    .strictObject({
      enabled: flag.exactOptional(),
      mode: z.enum(["Audit", "Enforce"]).exactOptional(),
      keyIncarnationId: z.number().int().exactOptional(),
      wireServer: endpointSettings.exactOptional(),
      imds: endpointSettings.exactOptional(),
      addProxyAgentExtension: flag.exactOptional(),
    })
    .exactOptional(),
});

export const diagnosticsProfileSchema = z.strictObject({
  bootDiagnostics: z
    .strictObject({
      enabled: flag.exactOptional(),
      storageUri: text.exactOptional(),
    })
    .exactOptional(),
});

export const additionalCapabilitiesSchema = z.strictObject({
  ultraSSDEnabled: flag.exactOptional(),
  hibernationEnabled: flag.exactOptional(),
  enableFips1403Encryption: flag.exactOptional(),
});

export const applicationProfileSchema = z.strictObject({
  galleryApplications: z
    .array(
      z.strictObject({
        tags: text.exactOptional(),
        order: z.number().int().exactOptional(),
        packageReferenceId: text,
        configurationReference: text.exactOptional(),
        treatFailureAsDeploymentFailure: flag.exactOptional(),
        enableAutomaticUpgrade: flag.exactOptional(),
      }),
    )
    .exactOptional(),
});

const notification = { notBeforeTimeout: text.exactOptional(), enable: flag.exactOptional() };
export const scheduledEventsProfileSchema = z.strictObject({
  terminateNotificationProfile: z.strictObject(notification).exactOptional(),
  osImageNotificationProfile: z.strictObject(notification).exactOptional(),
});

export const windowsConfigurationSchema = z.strictObject({
  provisionVMAgent: flag.exactOptional(),
  enableAutomaticUpdates: flag.exactOptional(),
  timeZone: text.exactOptional(),
  additionalUnattendContent: z
    .array(
      z.strictObject({
        passName: z.enum(["OobeSystem"]).exactOptional(),
        componentName: z.enum(["Microsoft-Windows-Shell-Setup"]).exactOptional(),
        settingName: z.enum(["AutoLogon", "FirstLogonCommands"]).exactOptional(),
        content: text.exactOptional(),
      }),
    )
    .exactOptional(),
  patchSettings: z
    .strictObject({
      patchMode: z.enum(["Manual", "AutomaticByOS", "AutomaticByPlatform"]).exactOptional(),
      enableHotpatching: flag.exactOptional(),
      assessmentMode: z.enum(["ImageDefault", "AutomaticByPlatform"]).exactOptional(),
      automaticByPlatformSettings: z
        .strictObject({
          rebootSetting,
          bypassPlatformSafetyChecksOnUserSchedule: flag.exactOptional(),
        })
        .exactOptional(),
    })
    .exactOptional(),
  winRM: z
    .strictObject({
      listeners: z
        .array(
          z.strictObject({
            protocol: z.enum(["Http", "Https"]).exactOptional(),
            certificateUrl: text.exactOptional(),
          }),
        )
        .exactOptional(),
    })
    .exactOptional(),
  enableVMAgentPlatformUpdates: flag.exactOptional(),
});

export const linuxConfigurationSchema = z.strictObject({
  disablePasswordAuthentication: flag.exactOptional(),
  ssh: z
    .strictObject({
      publicKeys: z
        .array(z.strictObject({ path: text.exactOptional(), keyData: text.exactOptional() }))
        .exactOptional(),
    })
    .exactOptional(),
  provisionVMAgent: flag.exactOptional(),
  patchSettings: z
    .strictObject({
      patchMode: z.enum(["ImageDefault", "AutomaticByPlatform"]).exactOptional(),
      assessmentMode: z.enum(["ImageDefault", "AutomaticByPlatform"]).exactOptional(),
      automaticByPlatformSettings: z
        .strictObject({
          rebootSetting,
          bypassPlatformSafetyChecksOnUserSchedule: flag.exactOptional(),
        })
        .exactOptional(),
    })
    .exactOptional(),
  enableVMAgentPlatformUpdates: flag.exactOptional(),
});

/** Settings of Azure Disk Encryption that are in a VM's model. */
export const encryptionSettingsSchema = z.strictObject({
  diskEncryptionKey: z
    .strictObject({
      secretUrl: text,
      sourceVault: requiredReference,
    })
    .exactOptional(),
  keyEncryptionKey: z
    .strictObject({
      keyUrl: text,
      sourceVault: requiredReference,
    })
    .exactOptional(),
  enabled: flag.exactOptional(),
});

export const diffDiskSettingsSchema = z.strictObject({
  option: z.enum(["Local"]).exactOptional(),
  placement: z.enum(["CacheDisk", "ResourceDisk", "NvmeDisk"]).exactOptional(),
  enableFullCaching: flag.exactOptional(),
});
