"use client";
import { Languages } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { languageNames, localeCookieText, locales, parseLocale } from "#lib/locale.ts";
import { IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

/** Chooses the language; the server renders this page again in it. Each language is named in its own words. */
export function LanguageMenu() {
  const t = useTranslations("shell");
  const current = useLocale();
  const router = useRouter();
  const choose = (value: string) => {
    const next = parseLocale(value);
    if (next === null) return;
    document.cookie = localeCookieText(next);
    router.refresh();
  };
  return (
    <Menu
      trigger={<IconButton label={t("language")} icon={<Languages aria-hidden="true" />} />}
      choice={{
        label: t("language"),
        value: current,
        onChange: choose,
        options: locales.map((value) => ({ value, label: languageNames[value], lang: value })),
      }}
    />
  );
}
