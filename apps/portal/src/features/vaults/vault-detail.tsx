"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmChange } from "#features/settings/vaults/confirm-change.tsx";
import { CopyLine } from "#features/settings/vaults/copy-line.tsx";
import { TruthLine } from "#features/settings/vaults/truth-line.tsx";
import { VaultFigures } from "#features/vaults/vault-figures.tsx";
import { VaultSpace } from "#features/vaults/vault-space.tsx";
import type { Texts } from "#i18n/texts.ts";
import type { VaultView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Alert } from "#ui/alert.tsx";
import { buttonClass } from "#ui/button-class.ts";
import { Card, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { type Crumb, Page, PageHeader } from "#ui/page-header.tsx";
import { ErrorState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { AbsoluteTime, TimeAgo } from "#ui/time-ago.tsx";

/** One vault: what it really holds, and where it is. For owners. */
export function VaultDetail({ id }: { id: string }) {
  const shell = useTranslations("shell");
  const trpc = useTRPC();
  const vault = useQuery(trpc.vaults.get.queryOptions({ vault: id }, { refetchInterval: every(30_000) }));
  const crumbs = useCrumbs();
  return (
    <DetailFrame query={vault} kind={shell("pages.vault")} crumbs={crumbs}>
      {(data) => <LoadedVault vault={data} />}
    </DetailFrame>
  );
}

function useCrumbs(): readonly Crumb[] {
  const settings = useTranslations("settings");
  const t = useTranslations("vaults");
  return [
    { label: settings("title"), href: "/settings" },
    { label: t("title"), href: "/settings?tab=vaults" },
  ];
}

function LoadedVault({ vault }: { vault: VaultView }) {
  const t = useTranslations("vaults");
  const crumbs = useCrumbs();
  useTabTitle(vault.name);
  const isOn = vault.state === "enabled";
  return (
    <Page>
      <PageHeader
        title={vault.name}
        crumbs={crumbs}
        status={
          <span className="flex flex-wrap items-center gap-2">
            <Status tone={isOn ? "ok" : "idle"} icon={isOn ? "check" : "off"}>
              {t(`states.${vault.state}`)}
            </Status>
            {vault.isDefault ? <Badge tone="accent">{t("default")}</Badge> : null}
          </span>
        }
        description={placeOf(vault, t)}
        actions={<VaultLinks id={vault.id} />}
      />
      <div className="flex flex-col gap-4">
        {vault.health?.ok === false ? <ErrorState compact error={vault.health.error} /> : null}
        {isOn ? null : (
          <Alert tone="warn" title={t("page.disabledTitle")}>
            {t("page.disabledText")}
          </Alert>
        )}
        <VaultState vault={vault} />
        <VaultFigures vault={vault} />
        <VaultSpace vault={vault} />
        <VaultFacts vault={vault} />
      </div>
    </Page>
  );
}

/** The places where its settings, keys and damage are. */
function VaultLinks({ id }: { id: string }) {
  const t = useTranslations("vaults");
  return (
    <>
      <Link className={buttonClass()} href={`/settings?tab=vaults&vault=${id}#damage`}>
        {t("page.openDamage")}
      </Link>
      <Link className={buttonClass()} href="/settings?tab=keys">
        {t("page.openKeys")}
      </Link>
      <Link className={buttonClass()} href="/settings?tab=vaults">
        {t("page.openSettings")}
      </Link>
    </>
  );
}

/** Whether the storage holds what the database knows, and how far the second copy is. */
function VaultState({ vault }: { vault: VaultView }) {
  const [adopting, setAdopting] = useState(false);
  return (
    <div className="flex flex-col gap-1 empty:hidden">
      <TruthLine vault={vault} onAdopt={() => setAdopting(true)} />
      <CopyLine copy={vault.copy} />
      {adopting ? <ConfirmChange what="adopt" vault={vault} onClose={() => setAdopting(false)} /> : null}
    </div>
  );
}

/** Where the objects of a vault are. */
function placeOf({ kind, folder, container, account }: VaultView, t: Texts<"vaults">): string {
  return kind === "folder"
    ? t("folderPlace", { folder: folder ?? "–" })
    : t("blobPlace", { container: container ?? "–", account: account ?? "–" });
}

function VaultFacts({ vault }: { vault: VaultView }) {
  const t = useTranslations("vaults");
  const { test } = vault;
  const limit =
    vault.bandwidth === null ? t("page.noLimit") : t("page.limit", { rate: String(vault.bandwidth) });
  return (
    <Card title={t("page.facts")} id="facts">
      <Facts
        facts={[
          { label: t("page.sharing"), value: t(`sharing.shown.${vault.deduplication}`) },
          { label: t("page.bandwidth"), value: limit },
          { label: t("sharing.region"), value: vault.region ?? t("page.noRegion") },
          {
            label: t("page.tested"),
            value:
              test.ok === null || test.at === null ? (
                t("page.untested")
              ) : (
                <Status look="plain" tone={test.ok ? "ok" : "bad"} icon={test.ok ? "check" : "cross"}>
                  <TimeAgo at={test.at} />
                </Status>
              ),
          },
          { label: t("page.created"), value: <AbsoluteTime at={vault.createdAt} seconds={false} /> },
          {
            label: t("page.key"),
            value: vault.keyId === null ? "–" : <Copyable value={vault.keyId} what={t("page.key")} />,
            wide: true,
          },
        ]}
      />
    </Card>
  );
}
