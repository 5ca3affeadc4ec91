import type { Texts } from "#i18n/texts.ts";

type T = Texts<"diskFacts">;
type Key = "securityTypes" | "accessPolicies";

/** Words for values in Azure's spelling. A value that is not known yet is shown as Azure spells it. */
function wordOf(key: Key, value: string, t: T): string {
  const path = `${key}.${value}`;
  return isKnown(t, path) ? t(path) : value;
}

type Path =
  | `securityTypes.${"Standard" | "TrustedLaunch" | "ConfidentialVM"}`
  | `accessPolicies.${"AllowAll" | "AllowPrivate" | "DenyAll"}`;

function isKnown(t: { has(key: string): boolean }, path: string): path is Path {
  return t.has(path);
}

/** The security type of a VM or disk. A disk of a confidential VM also names its encryption. */
export function securityWord(type: string, t: T): string {
  return wordOf("securityTypes", type.startsWith("ConfidentialVM_") ? "ConfidentialVM" : type, t);
}

export function accessWord(policy: string, t: T): string {
  return wordOf("accessPolicies", policy, t);
}
