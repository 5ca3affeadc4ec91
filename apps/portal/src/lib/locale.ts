import { type Locale, locales } from "@kluis/domain";

/** The language of a request: the cookie that remembers the choice, and the default from the browser's header. */

/** Generated from English, to find texts outside the catalogs; only with KLUIS_PSEUDO_LOCALE=1. */
export const pseudoLocale = "en-XA";

/** What the pages are rendered in: a real language, or the pseudo-locale of a test run. */
export type AppLocale = Locale | typeof pseudoLocale;

/** Each language in its own words, as in the language menu. */
export const languageNames: Record<Locale, string> = { en: "English", nl: "Nederlands" };

export const localeCookie = "kluis-locale";

/** One year, in seconds: how long a choice of theme or language is remembered. */
export const choiceMaxAge = 31_536_000;

export function parseLocale(value: string | null | undefined): Locale | null {
  return locales.find((locale) => locale === value) ?? null;
}

/** For the cookie that the server sets at sign-in. */
export const localeCookieOptions = { path: "/", maxAge: choiceMaxAge, sameSite: "lax" } as const;

/** The cookie's text for `document.cookie`, this site only. */
export function localeCookieText(locale: Locale): string {
  return `${localeCookie}=${locale}; Path=/; Max-Age=${choiceMaxAge}; SameSite=Lax`;
}

/** The language that the browser prefers among ours (`Accept-Language`, RFC 9110 section 12.5.4); English if none. */
export function preferredLocale(acceptLanguage: string | null): Locale {
  const ranges = (acceptLanguage ?? "").split(",").flatMap((part) => {
    const [range = "", ...params] = part.trim().toLowerCase().split(";");
    const quality = params.map((param) => /^\s*q=([\d.]+)\s*$/u.exec(param)?.[1]).find(Boolean);
    const weight = quality === undefined ? 1 : Number(quality);
    return range === "" || !(weight > 0) ? [] : [{ language: range.split("-")[0], weight }];
  });
  for (const { language } of ranges.toSorted((a, b) => b.weight - a.weight)) {
    const found = locales.find((locale) => locale === language);
    if (found !== undefined) return found;
  }
  return "en";
}
