"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { HealthCard } from "#features/settings/health-card.tsx";
import { settingsMessages as text } from "#features/settings/messages.ts";
import { TokensCard } from "#features/settings/tokens-card.tsx";
import { YouCard } from "#features/settings/you-card.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Tabs } from "#ui/tabs.tsx";

const tabs = ["health", "tokens", "you"] as const;

/** Health of the parts, one's own tokens, one's own rights. */
export function Settings() {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("health"));
  return (
    <Page>
      <PageHeader title={text.title} />
      <Tabs
        label={text.tabs}
        value={tab}
        onChange={(value) => void setTab(tabs.find((each) => each === value) ?? "health")}
        items={[
          { value: "health", label: text.health, content: <HealthCard /> },
          { value: "tokens", label: text.tokens, content: <TokensCard /> },
          { value: "you", label: text.you, content: <YouCard /> },
        ]}
      />
    </Page>
  );
}
