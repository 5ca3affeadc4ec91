/** The schema of a VM extension. */
import { z } from "zod";
import { vaultSecretSchema } from "./key-vault-references.ts";

export const extensionSchema = z.object({
  name: z.string(),
  publisher: z.string(),
  type: z.string(),
  /** As requested: `1.0`. */
  typeHandlerVersion: z.string(),
  /** As installed: `1.0.92.0`. */
  installedVersion: z.string().optional(),
  autoUpgradeMinorVersion: z.boolean(),
  enableAutomaticUpgrade: z.boolean().optional(),
  suppressFailures: z.boolean().optional(),
  forceUpdateTag: z.string().optional(),
  provisionAfterExtensions: z.array(z.string()).optional(),
  settings: z.record(z.string(), z.json()).optional(),
  protectedSettingsFromKeyVault: vaultSecretSchema.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  provisioningState: z.enum(["Creating", "Updating", "Deleting", "Succeeded", "Failed"]),
  message: z.string(),
  /** What the handler reports besides its status. */
  substatuses: z
    .array(z.object({ code: z.string(), displayStatus: z.string(), message: z.string() }))
    .optional(),
});

export type VmExtension = z.infer<typeof extensionSchema>;
