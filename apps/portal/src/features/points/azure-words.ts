import type { Texts } from "#i18n/texts.ts";

const securityTypes = ["Standard", "TrustedLaunch", "ConfidentialVM"] as const;
const accessPolicies = ["AllowAll", "AllowPrivate", "DenyAll"] as const;

/** The security type of a VM or disk; one that is not known here as Azure spells it. */
export function securityWord(type: string, t: Texts<"diskFacts">): string {
  // A disk of a confidential VM also names its encryption: `ConfidentialVM_DiskEncryptedWithPlatformKey`.
  const known = securityTypes.find((one) => one === type.split("_")[0]);
  return known === undefined ? type : t(`securityTypes.${known}`);
}

/** The network access policy of a disk; one that is not known here as Azure spells it. */
export function accessWord(policy: string, t: Texts<"diskFacts">): string {
  const known = accessPolicies.find((one) => one === policy);
  return known === undefined ? policy : t(`accessPolicies.${known}`);
}
