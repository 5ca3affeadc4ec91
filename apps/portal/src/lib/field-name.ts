import type { Texts } from "#i18n/texts.ts";
import type { AppMessages } from "#messages/index.ts";

type FieldName = keyof AppMessages["validation"]["names"];

/** The input fields that have a name in the catalog, by the last part of their path. */
const known = {
  name: true,
  description: true,
  team: true,
  policy: true,
  excludedDisks: true,
  reason: true,
  resourceGroup: true,
  sku: true,
  expiresInDays: true,
  permissions: true,
  search: true,
  times: true,
  timeZone: true,
  everyHours: true,
  windowStart: true,
  windowHours: true,
  keepLast: true,
  daily: true,
  weekly: true,
  monthly: true,
  yearly: true,
  instantRestoreDays: true,
  softDeleteDays: true,
  bandwidth: true,
  first: true,
  every: true,
  disk: true,
  days: true,
  from: true,
  to: true,
} satisfies Record<FieldName, true>;

function isKnown(part: string): part is FieldName {
  return Object.hasOwn(known, part);
}

/** The name of an input field in words: `document.retention.daily` is "Daily points". Unknown fields keep their path. */
export function fieldName(path: string, t: Texts<"validation">): string {
  const part = path.split(".").findLast((each) => !/^\d+$/u.test(each)) ?? path;
  return isKnown(part) ? t(`names.${part}`) : path;
}
