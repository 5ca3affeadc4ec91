/** Facts of a VM besides its name, place and disks: what decides whether and how it can be backed up and created again. */
import { z } from "zod";

const text = z.string().nullable().default(null);

/** How the VM belongs to a scale set. Azure's restore points do not cover uniform ones. */
export const scaleSetModes = ["uniform", "flexible"] as const;

export const vmTraitsSchema = z.object({
  zones: z.array(z.string()).default([]),
  availabilitySetId: text,
  scaleSetId: text,
  scaleSetMode: z.enum(scaleSetModes).nullable().default(null),
  /** TrustedLaunch, ConfidentialVM or Standard; null when Azure names none. */
  securityType: text,
  licenseType: text,
  /** Marketplace plan, as `publisher/product/name`. */
  plan: text,
  identityType: text,
  diskController: text,
  networkInterfaceIds: z.array(z.string()).default([]),
  /** `publisher.type` of each extension, as far as Azure's answer named them. */
  extensions: z.array(z.string()).default([]),
  /** What the size supports, from Azure's list of sizes; null: not known. */
  premiumStorage: z.boolean().nullable().default(null),
  maxDataDisks: z.int().nullable().default(null),
  /** False when the VM forbids extensions (`osProfile.allowExtensionOperations`); null: Azure does not say. */
  extensionsAllowed: z.literal(false).nullable().default(null),
});
export type VmTraits = z.infer<typeof vmTraitsSchema>;

/** The traits of a VM of which nothing is known. */
export const unknownTraits: VmTraits = vmTraitsSchema.parse({});
