/** Names and teams that a new policy can have. */
import type { PolicyOffers } from "#lib/api-types.ts";

const longestName = 63;

/** The name, or with the first number that makes it free: `daily-copy`, `daily-copy-2`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  for (let count = 1; ; count++) {
    const end = count === 1 ? "" : `-${count}`;
    const name = `${wanted.slice(0, longestName - end.length)}${end}`;
    if (!taken.includes(name)) return name;
  }
}

/** The team of a new policy at the start, as the form has it: that of the copied policy if it is possible, else the first possible one. */
export function firstTeam(offers: PolicyOffers, copied: { readonly id: string } | null | undefined): string {
  if (copied !== undefined && copied !== null && offers.teams.some(({ id }) => id === copied.id))
    return copied.id;
  return offers.everyTeam ? "" : (offers.teams[0]?.id ?? "");
}
