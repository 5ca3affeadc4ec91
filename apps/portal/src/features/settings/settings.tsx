"use client";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { HealthCard } from "#features/settings/health-card.tsx";
import { TokensCard } from "#features/settings/tokens-card.tsx";
import { YouCard } from "#features/settings/you-card.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Tabs } from "#ui/tabs.tsx";

const tabs = ["health", "tokens", "you"] as const;

/** Health of the installation, API tokens, and the user's own account. */
export function Settings() {
  const t = useTranslations("settings");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("health"));
  return (
    <Page>
      <PageHeader title={t("title")} />
      <Tabs
        label={t("tabs")}
        value={tab}
        onChange={(value) => void setTab(tabs.find((each) => each === value) ?? "health")}
        items={[
          { value: "health", label: t("health"), content: <HealthCard /> },
          { value: "tokens", label: t("tokens"), content: <TokensCard /> },
          { value: "you", label: t("you"), content: <YouCard /> },
        ]}
      />
    </Page>
  );
}
