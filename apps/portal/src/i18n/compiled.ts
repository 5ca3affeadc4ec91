import compile from "icu-minify/compile";
import type { CompiledMessage } from "icu-minify/format";
import { pseudoMessage } from "#i18n/pseudo.ts";
import { type AppLocale, pseudoLocale } from "#lib/locale.ts";
import type { MessageTree } from "#messages/catalog.ts";
import { type AppMessages, messages } from "#messages/index.ts";

/** The catalogs as the pages get them: ICU parsed on the server once per process, so that no parser reaches the browser. */

interface CompiledTree {
  readonly [key: string]: CompiledMessage | CompiledTree;
}

const cache = new Map<AppLocale, AppMessages>();

/** All messages of a locale in icu-minify's compiled format; `next.config.ts` makes next-intl read that format. */
export function compiledMessages(locale: AppLocale): AppMessages {
  const known = cache.get(locale);
  if (known !== undefined) return known;
  const pseudo = locale === pseudoLocale;
  const tree = compileTree(pseudo ? messages.en : messages[locale], pseudo ? pseudoMessage : undefined);
  // Props of client components must be plain objects, and the compiler makes objects without a prototype.
  const made = JSON.parse(JSON.stringify(tree)) as AppMessages;
  cache.set(locale, made);
  return made;
}

type Change = (message: CompiledMessage) => CompiledMessage;

function compileTree(tree: MessageTree, change: Change = (message) => message): CompiledTree {
  const entries = Object.entries(tree).map(
    ([key, value]): readonly [string, CompiledMessage | CompiledTree] => [
      key,
      typeof value === "string" ? change(compile(value)) : compileTree(value, change),
    ],
  );
  return Object.fromEntries(entries);
}
