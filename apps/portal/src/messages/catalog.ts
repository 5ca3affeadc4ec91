/** How a catalog is written: English and Dutch side by side, with exactly the same keys. */

/** Messages by key; groups may nest. A key never contains a dot, because dots separate keys in a path. */
export interface MessageTree {
  readonly [key: string]: string | MessageTree;
}

/** The same keys with any text: what another language must have. */
export type SameKeys<T> = { readonly [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> };

export interface Catalog<T> {
  readonly en: T;
  readonly nl: SameKeys<T>;
}

/** A catalog of ICU messages. A key that only one language has does not compile. */
export function catalog<const T extends MessageTree>(texts: {
  readonly en: T;
  readonly nl: SameKeys<NoInfer<T>>;
}): Catalog<T> {
  return texts;
}

/** A word with dots as a key of a catalog: `vm.protected` is under `vm_protected`. */
export type MessageKey<T extends string> = T extends `${infer Head}.${infer Tail}`
  ? `${Head}_${MessageKey<Tail>}`
  : T;

/** Turns dots into underscores, with the type to match, so that a total Record can be keyed by it. */
export function messageKey<T extends string>(word: T): MessageKey<T>;
export function messageKey(word: string): string {
  return word.replaceAll(".", "_");
}
