"use client";
import { locales } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { Languages } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { languageNames, localeCookieText, parseLocale } from "#lib/locale.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

/** Chooses the language: the cookie for this browser, the account for others. Each language has its own name. */
export function LanguageMenu() {
  const t = useTranslations("shell");
  const current = useLocale();
  const router = useRouter();
  const outcome = useOutcome();
  const store = useMutation(
    useTRPC().me.setLocale.mutationOptions({ onError: outcome.failed(t("languageFailed")) }),
  );
  const choose = (value: string) => {
    const next = parseLocale(value);
    if (next === null) return;
    document.cookie = localeCookieText(next);
    router.refresh();
    store.mutate({ locale: next });
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
