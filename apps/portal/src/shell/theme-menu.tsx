"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { parseTheme, type Theme, themeCookieText, themes } from "#lib/theme.ts";
import { IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

const icons = { system: Monitor, light: Sun, dark: Moon } as const;

/** Chooses light, dark or the system's theme: the cookie for the server, the attribute for this page. */
export function ThemeMenu({ initial }: { initial: Theme }) {
  const t = useTranslations("shell");
  const [theme, setTheme] = useState(initial);
  const Icon = icons[theme];
  const choose = (next: Theme) => {
    setTheme(next);
    document.cookie = themeCookieText(next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
  };
  return (
    <Menu
      trigger={<IconButton label={t("theme")} icon={<Icon aria-hidden="true" />} />}
      choice={{
        label: t("theme"),
        value: theme,
        onChange: (value) => choose(parseTheme(value)),
        options: themes.map((value) => {
          const OptionIcon = icons[value];
          return { value, label: t(`themes.${value}`), icon: <OptionIcon aria-hidden="true" /> };
        }),
      }}
    />
  );
}
