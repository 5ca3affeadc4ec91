import type { AppLocale } from "#lib/locale.ts";
import { errors } from "#messages/errors.ts";
import { notices } from "#messages/notices.ts";
import { shell } from "#messages/shell.ts";
import { ui } from "#messages/ui.ts";
import { validation } from "#messages/validation.ts";

/** All catalogs, one namespace per noun. */
export const messages = {
  en: { errors: errors.en, notices: notices.en, shell: shell.en, ui: ui.en, validation: validation.en },
  nl: { errors: errors.nl, notices: notices.nl, shell: shell.nl, ui: ui.nl, validation: validation.nl },
} as const;

/** The shape of the messages: the English texts with their exact keys and ICU parameters. */
export type AppMessages = (typeof messages)["en"];
export type Namespace = keyof AppMessages;

declare module "next-intl" {
  interface AppConfig {
    Locale: AppLocale;
    Messages: AppMessages;
  }
}
