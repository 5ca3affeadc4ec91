import { type Permission, type TokenKind, tokenCanHave } from "@kluis/domain";
import type { TokenOptions } from "#lib/api-types.ts";
import type { AppMessages } from "#messages/index.ts";

/** The form of a new API token and its rules. */
export interface TokenForm {
  readonly name: string;
  readonly kind: TokenKind;
  /** The only team that it reaches; empty: every team of the user. */
  readonly team: string;
  /** As typed. */
  readonly days: string;
  /** Days without a use after which it ends, as typed. */
  readonly idleDays: string;
  /** `all`: those that such a token can have at this moment, sent one by one. */
  readonly scope: "all" | "some";
  readonly permissions: readonly Permission[];
}

export const emptyTokenForm: TokenForm = {
  name: "",
  kind: "standard",
  team: "",
  days: "90",
  idleDays: "90",
  scope: "some",
  permissions: [],
};

const maxNameLength = 80;
const maxDays = 365;

/** A problem is a key of `settings.create`. */
type ProblemKey = Extract<keyof AppMessages["settings"]["create"], `${string}Wrong`>;
export type TokenProblems = Partial<Record<"name" | "days" | "idleDays" | "permissions", ProblemKey>>;

/** The permissions that such a token can have. */
export function tokenChoices(
  { kind, team }: Pick<TokenForm, "kind" | "team">,
  options: TokenOptions,
): readonly Permission[] {
  const held =
    team === "" ? options.permissions : (options.teams.find(({ id }) => id === team)?.permissions ?? []);
  const limit = { kind, teamId: team === "" ? null : team };
  return held.filter((permission) => tokenCanHave(limit, permission));
}

/** The permissions that the form sends: a permission that was selected for another kind or team is left out. */
export function chosenPermissions(form: TokenForm, options: TokenOptions): Permission[] {
  const choices = tokenChoices(form, options);
  return choices.filter((permission) => form.scope === "all" || form.permissions.includes(permission));
}

/** The problems of the form by field; empty when it can be sent. */
export function tokenProblems(form: TokenForm, options: TokenOptions): TokenProblems {
  const name = form.name.trim();
  return {
    ...(name === "" || name.length > maxNameLength ? { name: "nameWrong" } : {}),
    ...(areDays(form.days) ? {} : { days: "daysWrong" }),
    ...(areDays(form.idleDays) ? {} : { idleDays: "daysWrong" }),
    ...(chosenPermissions(form, options).length === 0 ? { permissions: "rightsWrong" } : {}),
  };
}

function areDays(typed: string): boolean {
  const days = typed.trim();
  return /^\d+$/u.test(days) && Number(days) >= 1 && Number(days) <= maxDays;
}
