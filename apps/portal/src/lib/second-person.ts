import { field, readFailure } from "#lib/failure.ts";

/** A change of configuration that was refused because a second person must approve it, with its input. */
export interface WantedChange {
  /** The procedure, such as `vaults.update`. */
  readonly change: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Whether nothing was changed because a second person must approve it: a dialog then offers to request it. */
export function needsSecondPerson(error: unknown): boolean {
  const { code, reason } = readFailure(error);
  return code === "CONFLICT" && reason === "second-person";
}

/** The change that a failed mutation wanted; null when it failed for another reason. */
export function wantedChange(
  error: unknown,
  { variables, mutationKey }: { readonly variables: unknown; readonly mutationKey: unknown },
): WantedChange | null {
  const path = field(mutationKey, "0");
  if (!needsSecondPerson(error) || !Array.isArray(path)) return null;
  const input = typeof variables === "object" && variables !== null ? { ...variables } : {};
  return { change: path.join("."), input };
}
