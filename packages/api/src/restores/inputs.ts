import { diskKeySchema, restorableSkus, restoreAccesses, restoreZones } from "@kluis/domain";
import { z } from "zod";
import { pointRef } from "../inputs.ts";

/** Azure's rule for the name of a managed disk. */
const diskName = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/,
    "Use 1 to 80 letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
  );

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
const resourceGroup = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    "Use the name of a resource group: 1 to 90 letters, digits, and _ ( ) . - without a dot at the end.",
  );

/** ARM id of a disk encryption set. */
const encryptionSet = z
  .string()
  .trim()
  .regex(
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/diskEncryptionSets\/[^/]+$/i,
    'Use "platform-key" or the id of a disk encryption set.',
  );

export const restoreInput = z.strictObject({
  point: pointRef,
  disk: diskKeySchema,
  name: diskName,
  /** Without it: where the VM was. */
  resourceGroup: resourceGroup.optional(),
  /** Without it and each of the following: as the disk was. */
  sku: z.enum(restorableSkus).optional(),
  /** `none`: in no zone. */
  zone: z.enum(restoreZones).optional(),
  encryption: z.union([z.literal("platform-key"), encryptionSet]).optional(),
  /** Network access after the upload. */
  access: z.enum(restoreAccesses).optional(),
  /** What cannot be read becomes zeros, and is reported; `missing` of the plan says what is known of it. Default: damage ends the restore. */
  skipDamaged: z.boolean().optional(),
});
export type RestoreInput = z.infer<typeof restoreInput>;
