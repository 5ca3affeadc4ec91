/** The place of an item in a vault. */

export interface ItemPlace {
  /** Pack id, 32 hex characters. */
  readonly pack: string;
  /** Where the item begins in the pack. */
  readonly offset: number;
}

/** Names a place in maps and sets. */
export const placeKey = ({ pack, offset }: ItemPlace): string => `${pack}:${offset}`;
