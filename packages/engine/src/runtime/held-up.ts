/** The cursor of a page that Azure's limits hold up: since when is stored with it, so that any engine knows. Pure. */

/** How long limits on one resource or subscription may hold up what comes behind it. */
export const heldUpMostMs = 15 * 60_000;

export interface Place {
  readonly cursor: string | null;
  /** Since when limits hold the page up; null: they do not. */
  readonly heldSince: Date | null;
}

const pattern = /^limited (\S+)(?: (.*))?$/s;

export function placeIn(stored: string | null): Place {
  const [, since, cursor = null] = pattern.exec(stored ?? "") ?? [];
  return since === undefined
    ? { cursor: stored, heldSince: null }
    : { cursor: cursor === "" ? null : cursor, heldSince: new Date(since) };
}

export function heldText({ cursor, heldSince }: Place): string | null {
  if (heldSince === null) return cursor;
  const since = heldSince.toISOString();
  return cursor === null ? `limited ${since}` : `limited ${since} ${cursor}`;
}

export function isHeldUp({ heldSince }: Place, now: Date): boolean {
  return heldSince !== null && now.getTime() - heldSince.getTime() >= heldUpMostMs;
}
