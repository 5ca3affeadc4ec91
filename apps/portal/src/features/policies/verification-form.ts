import { defaultVerification, type PolicyDocument } from "@kluis/domain";

/** The editor's values of scheduled verification. Numbers are text as typed. */
export interface VerificationForm {
  verifies: "never" | "quick" | "sampled" | "full";
  /** Days between two verifications of a point: quick and full. */
  verifyDays: string;
  /** What a sampled one reads in a night: of each point, or of each virtual machine. */
  verifyUnit: "percent" | "gib";
  verifyAmount: string;
}

export const verificationModes = [
  "never",
  "quick",
  "sampled",
  "full",
] as const satisfies readonly VerificationForm["verifies"][];

const { nightly } = defaultVerification;
const empty: VerificationForm = {
  verifies: "never",
  verifyDays: "7",
  verifyUnit: nightly.unit,
  verifyAmount: String(nightly.amount),
};

export function verificationFormOf({ verification }: Pick<PolicyDocument, "verification">): VerificationForm {
  if (verification === undefined) return empty;
  if (verification.mode !== "sampled")
    return { ...empty, verifies: verification.mode, verifyDays: String(verification.everyDays) };
  const { unit, amount } = verification.nightly;
  return { ...empty, verifies: "sampled", verifyUnit: unit, verifyAmount: String(amount) };
}

/** The rule of a form, not checked yet; nothing without one, so that policies without a rule stay as they are. */
export function verificationDraft(form: VerificationForm): { readonly verification?: unknown } {
  const { verifies: mode, verifyUnit: unit } = form;
  if (mode === "never") return {};
  if (mode !== "sampled") return { verification: { mode, everyDays: number(form.verifyDays) } };
  return { verification: { mode, nightly: { unit, amount: number(form.verifyAmount) } } };
}

function number(text: string): number | string {
  const trimmed = text.trim();
  return /^\d+$/u.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The form's field for a path within `verification`. */
export function verificationField(path: readonly string[]): keyof VerificationForm {
  return path.includes("everyDays") ? "verifyDays" : "verifyAmount";
}
