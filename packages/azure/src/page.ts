/** One page of a list of Azure, at a link that may be stored: work continues there after a pause or a kill. */
import { call } from "./call.ts";
import type { CallName } from "./errors.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Link to the next page; null after the last one. */
  readonly next: string | null;
}

interface Listing<T> {
  byPage(settings: {
    readonly continuationToken?: string;
  }): AsyncIterableIterator<T[] & { continuationToken?: string }>;
}

/** Reads one page: the first one without a link. */
export async function pageOf<T>(name: CallName, listing: Listing<T>, link: string | null): Promise<Page<T>> {
  const pages = listing.byPage(link === null ? {} : { continuationToken: link });
  const page = await call(name, () => pages.next());
  if (page.done === true) return { items: [], next: null };
  const { continuationToken = "" } = page.value;
  return { items: page.value, next: continuationToken === "" ? null : continuationToken };
}
