import type { RouterInputs } from "@kluis/api/types";
import type { RestorableSku } from "@kluis/domain";
import { z } from "zod";
import type { Texts } from "#i18n/texts.ts";

export const restoreSkus = [
  "Standard_LRS",
  "StandardSSD_LRS",
  "StandardSSD_ZRS",
  "Premium_LRS",
  "Premium_ZRS",
  "PremiumV2_LRS",
  "UltraSSD_LRS",
] as const satisfies readonly RestorableSku[];
/** `same`: as the disk was. */
export const restoreZones = ["same", "1", "2", "3", "none"] as const;
export const restoreEncryptions = ["same", "platform-key"] as const;
export const restoreAccesses = ["same", "deny-all", "allow-all"] as const;

/** Azure's limit for the name of a resource group. */
const maxGroupLength = 90;

/** The restore form. Names follow Azure's rule for managed disks. */
export const restoreFormSchema = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/),
  resourceGroup: z.string().trim().max(maxGroupLength),
  sku: z.enum(["same", ...restoreSkus]),
  zone: z.enum(restoreZones),
  encryption: z.enum(restoreEncryptions),
  access: z.enum(restoreAccesses),
  /** Restores a damaged disk without what cannot be read. */
  skipDamaged: z.boolean(),
});
export type RestoreForm = z.infer<typeof restoreFormSchema>;

export interface RestoreWords {
  readonly restores: Texts<"restores">;
  readonly validation: Texts<"validation">;
}

/** The problem of a field, in the language of the page. */
export function restoreProblem(field: "name" | "resourceGroup", words: RestoreWords): string {
  return field === "name"
    ? words.restores("nameRule")
    : words.validation("tooLong", { maximum: maxGroupLength });
}

/** The API's input for a form; null while a field is wrong. */
export function restoreInput(
  form: RestoreForm,
  target: { readonly point: string; readonly disk: string },
): RouterInputs["restores"]["plan"] | null {
  const parsed = restoreFormSchema.safeParse(form);
  if (!parsed.success) return null;
  const { name, resourceGroup, sku, zone, encryption, access, skipDamaged } = parsed.data;
  return {
    ...target,
    name,
    ...(resourceGroup === "" ? {} : { resourceGroup }),
    ...(sku === "same" ? {} : { sku }),
    ...(zone === "same" ? {} : { zone }),
    ...(encryption === "same" ? {} : { encryption }),
    ...(access === "same" ? {} : { access }),
    ...(skipDamaged ? { skipDamaged } : {}),
  };
}

/** A name with the source and the time, such as `data-restored-20261122-2105`, cut to Azure's limit. */
export function suggestedName(diskName: string, takenAt: Date): string {
  const stamp = takenAt.toISOString().slice(0, 16).replaceAll(/[-:]/g, "").replace("T", "-");
  const stem = diskName.replaceAll(/[^A-Za-z0-9._-]/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return `${stem.slice(0, 80 - stamp.length - 10)}-restored-${stamp}`;
}
