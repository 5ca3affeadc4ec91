import type { Permission } from "@kluis/domain";
import type { AppMessages } from "#messages/index.ts";

/** The form of a new API token and its rules. */
export interface TokenForm {
  readonly name: string;
  /** As typed. */
  readonly days: string;
  /** `all`: those that the user holds at this moment, sent one by one. */
  readonly scope: "all" | "some";
  readonly permissions: readonly Permission[];
}

export const emptyTokenForm: TokenForm = { name: "", days: "90", scope: "some", permissions: [] };

const maxNameLength = 80;
const maxDays = 365;

/** A problem is a key of `settings.create`. */
type ProblemKey = Extract<keyof AppMessages["settings"]["create"], `${string}Wrong`>;
export type TokenProblems = Partial<Record<"name" | "days" | "permissions", ProblemKey>>;

/** The problems of the form by field; empty when it can be sent. */
export function tokenProblems(form: TokenForm): TokenProblems {
  const name = form.name.trim();
  const days = form.days.trim();
  const daysOk = /^\d+$/u.test(days) && Number(days) >= 1 && Number(days) <= maxDays;
  return {
    ...(name === "" || name.length > maxNameLength ? { name: "nameWrong" } : {}),
    ...(daysOk ? {} : { days: "daysWrong" }),
    ...(form.scope === "some" && form.permissions.length === 0 ? { permissions: "rightsWrong" } : {}),
  };
}
