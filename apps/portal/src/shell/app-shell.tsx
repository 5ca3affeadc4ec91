"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Theme } from "#lib/theme.ts";
import type { Viewer } from "#lib/viewer.ts";
import { AccountMenu } from "#shell/account-menu.tsx";
import { LanguageMenu } from "#shell/language-menu.tsx";
import { Wordmark } from "#shell/logo.tsx";
import { Navigation } from "#shell/navigation.tsx";
import { NavigationDrawer } from "#shell/navigation-drawer.tsx";
import { ThemeMenu } from "#shell/theme-menu.tsx";

export interface AppShellProps {
  readonly viewer: Viewer;
  readonly theme: Theme;
  /** The number of running jobs, in the head of every page. */
  readonly activity?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: navigation at the left (a drawer on a phone), head with the account, content. */
export function AppShell({ viewer, theme, activity, children }: AppShellProps) {
  const t = useTranslations("shell");
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-raised px-3 py-2 font-medium shadow-pop focus:translate-y-0"
      >
        {t("skip")}
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col gap-6 overflow-y-auto bg-nav px-3 py-4 text-nav-ink lg:flex">
        <Link href="/" className="w-fit rounded-md px-2 py-1" aria-label={t("home")}>
          <Wordmark />
        </Link>
        <Navigation />
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-14 items-center justify-between gap-3 border-b border-line bg-surface px-3 sm:px-6 lg:px-8">
          <div className="flex min-w-0 items-center gap-3">
            <NavigationDrawer />
            {activity}
          </div>
          <div className="flex items-center gap-1">
            <LanguageMenu />
            <ThemeMenu initial={theme} />
            <AccountMenu viewer={viewer} />
          </div>
        </header>
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-hidden">
          {children}
        </main>
      </div>
    </div>
  );
}
