import type { RouterInputs } from "@kluis/api/types";
import { z } from "zod";
import { pointMessages } from "#features/points/messages.ts";

export const restoreSkus = ["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"] as const;

/** What the restore form holds; names follow Azure's rule for managed disks. */
export const restoreFormSchema = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/, pointMessages.restore.nameRule),
  resourceGroup: z.string().trim().max(90),
  sku: z.enum(["same", ...restoreSkus]),
});
export type RestoreForm = z.infer<typeof restoreFormSchema>;

/** The API's input for a form; null while the form is not right yet. */
export function restoreInput(
  form: RestoreForm,
  target: { readonly point: string; readonly disk: string },
): RouterInputs["restores"]["plan"] | null {
  const parsed = restoreFormSchema.safeParse(form);
  if (!parsed.success) return null;
  const { name, resourceGroup, sku } = parsed.data;
  return {
    ...target,
    name,
    ...(resourceGroup === "" ? {} : { resourceGroup }),
    ...(sku === "same" ? {} : { sku }),
  };
}

/** A name that says what it is and when it was: `data-restored-20261122-2105`. Cut to what Azure takes. */
export function suggestedName(diskName: string, takenAt: Date): string {
  const stamp = takenAt.toISOString().slice(0, 16).replaceAll(/[-:]/g, "").replace("T", "-");
  const stem = diskName.replaceAll(/[^A-Za-z0-9._-]/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return `${stem.slice(0, 80 - stamp.length - 10)}-restored-${stamp}`;
}
