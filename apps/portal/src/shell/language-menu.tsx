"use client";
import { Languages } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { type Locale, languageNames, localeCookieText, locales } from "#lib/locale.ts";
import { IconButton } from "#ui/button.tsx";
import { Menu, MenuRadio } from "#ui/menu.tsx";

/** Chooses the language; the server renders this page again in it. Each language is named in its own words. */
export function LanguageMenu() {
  const t = useTranslations("shell");
  const current = useLocale();
  const router = useRouter();
  const choose = (next: Locale) => {
    document.cookie = localeCookieText(next);
    router.refresh();
  };
  return (
    <Menu trigger={<IconButton label={t("language")} icon={<Languages aria-hidden="true" />} />}>
      <MenuRadio
        label={t("language")}
        value={locales.find((locale) => locale === current) ?? "en"}
        onChange={choose}
        options={locales.map((value) => ({ value, label: languageNames[value], lang: value }))}
      />
    </Menu>
  );
}
