import { diskKeySchema } from "@kluis/domain";
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

/** The kinds of disk into which Azure accepts uploads. */
export const restorableSkus = ["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"] as const;

export const restoreInput = z.strictObject({
  point: pointRef,
  disk: diskKeySchema,
  name: diskName,
  /** Without it: where the VM was. */
  resourceGroup: z.string().trim().min(1).max(90).optional(),
  /** Without it: as the disk was. */
  sku: z.enum(restorableSkus).optional(),
});
export type RestoreInput = z.infer<typeof restoreInput>;
