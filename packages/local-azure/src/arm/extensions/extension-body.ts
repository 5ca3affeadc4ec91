/** The JSON of a VM extension. */
import type {
  InstanceViewStatus,
  VirtualMachineExtension,
  VirtualMachineExtensionInstanceView,
} from "@azure/arm-compute";
import type { Vm, VmExtension } from "../../state/model.ts";
import type { ArmResource, Json } from "../wire.ts";

type FlatExtension = ArmResource<VirtualMachineExtension, "id" | "name" | "type" | "location" | "tags">;
/** The SDK renames `properties.type`, because the envelope has a `type` as well. */
type ExtensionBody = Omit<FlatExtension, "properties"> & {
  properties: Omit<FlatExtension["properties"], "typePropertiesType"> & { type: string };
};

/** One status of an instance view. */
export function status(
  code: string,
  displayStatus: string,
  level: "Info" | "Error" = "Info",
): Json<InstanceViewStatus> {
  return { code, level, displayStatus };
}

export function extensionInstanceView(extension: VmExtension): Json<VirtualMachineExtensionInstanceView> {
  const failed = extension.provisioningState === "Failed";
  const word = extension.provisioningState.toLowerCase();
  return {
    name: extension.name,
    type: `${extension.publisher}.${extension.type}`,
    typeHandlerVersion: extension.installedVersion ?? extension.typeHandlerVersion,
    ...(extension.substatuses
      ? { substatuses: extension.substatuses.map((each) => ({ level: "Info" as const, ...each })) }
      : {}),
    statuses: [
      {
        ...status(`ProvisioningState/${word}`, `Provisioning ${word}`, failed ? "Error" : "Info"),
        message: extension.message,
      },
    ],
  };
}

/** An extension as GET returns it. Protected settings are never returned. */
export function extensionBody(
  vm: Vm,
  extension: VmExtension,
  expand: ReadonlySet<string> = new Set(),
): ExtensionBody {
  return {
    id: `${vm.id}/extensions/${extension.name}`,
    name: extension.name,
    type: "Microsoft.Compute/virtualMachines/extensions",
    location: vm.location,
    ...(extension.tags ? { tags: extension.tags } : {}),
    properties: {
      publisher: extension.publisher,
      type: extension.type,
      typeHandlerVersion: extension.typeHandlerVersion,
      autoUpgradeMinorVersion: extension.autoUpgradeMinorVersion,
      provisioningState: extension.provisioningState,
      ...optional(extension),
      ...(expand.has("instanceview") ? { instanceView: extensionInstanceView(extension) } : {}),
    },
  };
}

type Optional =
  | "enableAutomaticUpgrade"
  | "suppressFailures"
  | "forceUpdateTag"
  | "provisionAfterExtensions"
  | "settings"
  | "protectedSettingsFromKeyVault";

/** Properties that are sent back only when they were given. */
function optional(extension: VmExtension): Pick<ExtensionBody["properties"], Optional> {
  const { enableAutomaticUpgrade, suppressFailures, forceUpdateTag } = extension;
  const { provisionAfterExtensions, settings, protectedSettingsFromKeyVault } = extension;
  return {
    ...(enableAutomaticUpgrade === undefined ? {} : { enableAutomaticUpgrade }),
    ...(suppressFailures === undefined ? {} : { suppressFailures }),
    ...(forceUpdateTag === undefined ? {} : { forceUpdateTag }),
    ...(provisionAfterExtensions ? { provisionAfterExtensions } : {}),
    ...(settings ? { settings } : {}),
    ...(protectedSettingsFromKeyVault ? { protectedSettingsFromKeyVault } : {}),
  };
}
