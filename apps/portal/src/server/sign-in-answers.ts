import type { KluisError } from "@kluis/domain";

/** Why the signed-out page is shown; the page has a text for each. */
export const signedOutReasons = [
  "signed-out",
  "ended",
  "disabled",
  "declined",
  "expired",
  "untrusted",
  "unreachable",
  "config",
] as const;
export type SignedOutReason = (typeof signedOutReasons)[number];

export function parseReason(value: string | undefined): SignedOutReason | null {
  return signedOutReasons.find((reason) => reason === value) ?? null;
}

/** Returns the reason to show for a failed sign-in. The error's text never appears in the URL. */
export function reasonOf(error: KluisError): SignedOutReason {
  if (error.code === "CONFIG_INVALID") return "config";
  if (error.code !== "NOT_SIGNED_IN") return "unreachable";
  if (error.reason === "disabled") return "disabled";
  if (error.params["check"] === "pending") return "expired";
  if (error.params["reason"] === "access_denied") return "declined";
  return "untrusted";
}

export function signedOutUrl(publicUrl: string, error: KluisError): string {
  return `${publicUrl}/signed-out?reason=${reasonOf(error)}`;
}
