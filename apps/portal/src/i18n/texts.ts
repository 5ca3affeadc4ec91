import type { Locale } from "@kluis/domain";
import { createTranslator, type useTranslations } from "next-intl";
import { type AppMessages, messages, type Namespace } from "#messages/index.ts";

/** The translator of a namespace, as `useTranslations` returns it: what pure functions take as a parameter. */
export type Texts<N extends Namespace> = ReturnType<typeof useTranslations<N>>;

/** A key of a namespace, for records that map words of the domain to messages. */
export type TextKey<N extends Namespace> = Parameters<Texts<N>>[0];

/** Returns the translator of a namespace outside a component. For tests only: it loads the ICU parser. */
export function textsOf<N extends Namespace>(locale: Locale, namespace: N): Texts<N> {
  const plain = JSON.parse(JSON.stringify(messages[locale])) as AppMessages;
  return createTranslator<AppMessages, N>({ locale, messages: plain, namespace });
}
