import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { compiledMessages } from "#i18n/compiled.ts";
import { type AppLocale, localeCookie, parseLocale, preferredLocale, pseudoLocale } from "#lib/locale.ts";

/** The language of a request: the user's choice, else the browser's preference. No locale is in the address. */
async function requestLocale(): Promise<AppLocale> {
  const chosen = (await cookies()).get(localeCookie)?.value;
  if (chosen === pseudoLocale && process.env["KLUIS_PSEUDO_LOCALE"] === "1") return pseudoLocale;
  return parseLocale(chosen) ?? preferredLocale((await headers()).get("accept-language"));
}

/** next-intl's configuration of a request (https://next-intl.dev/docs/usage/configuration). */
export default getRequestConfig(async () => {
  const locale = await requestLocale();
  return { locale, messages: compiledMessages(locale) };
});
