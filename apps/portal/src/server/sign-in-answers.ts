import type { KluisError } from "@kluis/domain";

/** Why the signed-out page is shown; each has its own words there. */
export const signedOutReasons = [
  "signed-out",
  "ended",
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

/** The reason that a failed sign-in shows: a word of ours, never the error's own text in the address. */
export function reasonOf(error: KluisError): SignedOutReason {
  if (error.code === "CONFIG_INVALID") return "config";
  if (error.code !== "NOT_SIGNED_IN") return "unreachable";
  if (error.params["check"] === "pending") return "expired";
  if (error.params["reason"] === "access_denied") return "declined";
  return "untrusted";
}

export function signedOutUrl(publicUrl: string, error: KluisError): string {
  return `${publicUrl}/signed-out?reason=${reasonOf(error)}`;
}
