"use client";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { lazy, Suspense } from "react";
import { ConnectionsCard } from "#features/settings/connections/connections-card.tsx";
import { GuardrailsCards } from "#features/settings/guardrails/guardrails-cards.tsx";
import { HealthCard } from "#features/settings/health-card.tsx";
import { KeysCards } from "#features/settings/keys/keys-card.tsx";
import { TokensCard } from "#features/settings/tokens-card.tsx";
import { VaultDamageCard } from "#features/settings/vaults/damage-card.tsx";
import { VaultsCard } from "#features/settings/vaults/vaults-card.tsx";
import { YouCard } from "#features/settings/you-card.tsx";
import { may } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { SkeletonLines } from "#ui/states.tsx";
import { Tabs } from "#ui/tabs.tsx";

const DirectoryCard = lazy(() => import("#features/settings/directory-card.tsx"));

function VaultCards() {
  return (
    <div className="flex flex-col gap-4">
      <VaultsCard />
      <VaultDamageCard />
    </div>
  );
}

const tabs = ["health", "connections", "vaults", "keys", "guardrails", "directory", "tokens", "you"] as const;

/** Health of the installation; connections, vaults, their keys, guardrails and the directory for owners; API tokens; and the user's own account. */
export function Settings() {
  const t = useTranslations("settings");
  const platform = useTranslations();
  const isOwner = may(useViewer(), "platform:manage");
  const owned = [
    { value: "connections", label: platform("connections.title"), content: <ConnectionsCard /> },
    { value: "vaults", label: platform("vaults.title"), content: <VaultCards /> },
    { value: "keys", label: platform("vaultKeys.title"), content: <KeysCards /> },
    { value: "guardrails", label: platform("guardrails.title"), content: <GuardrailsCards /> },
    {
      value: "directory",
      label: platform("directory.title"),
      content: (
        <Suspense fallback={<SkeletonLines lines={4} />}>
          <DirectoryCard />
        </Suspense>
      ),
    },
  ];
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("health"));
  return (
    <Page>
      <PageHeader title={t("title")} />
      <Tabs
        label={t("tabs")}
        value={isOwner || !owned.some(({ value }) => value === tab) ? tab : "health"}
        onChange={(value) => void setTab(tabs.find((each) => each === value) ?? "health")}
        items={[
          { value: "health", label: t("health"), content: <HealthCard /> },
          ...(isOwner ? owned : []),
          { value: "tokens", label: t("tokens"), content: <TokensCard /> },
          { value: "you", label: t("you"), content: <YouCard /> },
        ]}
      />
    </Page>
  );
}
