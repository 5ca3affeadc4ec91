import type { NoticeCode } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import type { Format } from "#lib/format.ts";
import { formatParams, type ServerParams } from "#lib/params.ts";

/** A notice as the API sends it. */
export interface NoticeView {
  readonly code: string;
  readonly params: ServerParams;
}

export interface NoticeWords {
  readonly notices: Texts<"notices">;
  readonly format: Format;
}

/**
 * A sentence of the server in the language of the page. `english` is its stored text: for rows written before notices
 * existed, and for codes of a newer version.
 */
export function describeNotice(notice: NoticeView | null, english: string, words: NoticeWords): string {
  if (notice === null || !isKnown(words.notices, notice.code)) return words.format.instants(english);
  return words.notices(notice.code, formatParams(notice.params, words.format));
}

/** The catalog has every code of the domain, so it knows which codes there are. */
function isKnown(catalog: { has(code: string): boolean }, code: string): code is NoticeCode {
  return catalog.has(code);
}
