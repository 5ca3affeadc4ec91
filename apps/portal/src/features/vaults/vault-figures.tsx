"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { savedShare } from "#features/overview/overview-view-model.ts";
import { shares } from "#features/vaults/vault-figures-view-model.ts";
import type { VaultFigures as Figures, VaultView } from "#lib/api-types.ts";
import { cn } from "#lib/cn.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card, Facts } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

/** What a vault really holds. Other pages show figures as if each virtual machine alone used the vault. */
export function VaultFigures({ vault }: { vault: VaultView }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.vaults.figures.queryOptions({ vault: vault.id }, { refetchInterval: every(30_000) }),
  );
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      {query.error !== null ? (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Card title={t("page.storage")}>
          <SkeletonLines lines={4} />
        </Card>
      ) : (
        <>
          <StorageCard figures={query.data} />
          <PointsCard figures={query.data} vaultId={vault.id} />
        </>
      )}
    </div>
  );
}

const parts = { used: "bg-ok-solid", idle: "bg-idle-solid", condemned: "bg-warn-solid" } as const;

function StorageCard({ figures }: { figures: Figures }) {
  const t = useTranslations("vaults");
  const format = useFormat();
  const saved = savedShare(figures.contentBytes, figures.packs.bytes);
  return (
    <Card title={t("page.storage")} id="storage">
      <p className="text-2xl font-semibold tracking-tight">
        <ByteSize bytes={figures.packs.bytes} />
      </p>
      <p className="text-sm text-muted">{t("page.packs", { count: figures.packs.count })}</p>
      {figures.packs.bytes === 0 ? null : (
        <div className="mt-3 flex h-2 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
          {shares(figures).map(({ part, share }) => (
            <span key={part} className={parts[part]} style={{ width: `${share * 100}%` }} />
          ))}
        </div>
      )}
      <ul className="mt-3 flex flex-col gap-2">
        {shares(figures).map(({ part }) => (
          <li key={part} className="flex items-start gap-2.5">
            <span className={cn("mt-1.5 size-2.5 shrink-0 rounded-sm", parts[part])} aria-hidden="true" />
            <span className="min-w-0 flex-1">
              <span className="block">{t(`page.parts.${part}`)}</span>
              <span className="block text-sm text-muted">{t(`page.partHints.${part}`)}</span>
            </span>
            <span className="text-right">
              <ByteSize bytes={figures[part].bytes} />
            </span>
          </li>
        ))}
      </ul>
      <dl className="mt-4 grid grid-cols-2 gap-x-6 border-t border-line pt-3">
        <div>
          <dt className="eyebrow">{t("page.content")}</dt>
          <dd className="mt-0.5">
            <ByteSize bytes={figures.contentBytes} />
          </dd>
        </div>
        <div>
          <dt className="eyebrow">{t("page.saved")}</dt>
          <dd className="mt-0.5">{saved === null ? "–" : format.percent(saved * 100, 1)}</dd>
        </div>
      </dl>
      <p className="mt-3 text-xs text-muted">{t("page.contentHint")}</p>
    </Card>
  );
}

/** A number of points, with the list of them. */
function Listed({ count, href, tone = "font-medium" }: { count: number; href: string; tone?: string }) {
  const format = useFormat();
  if (count === 0) return format.number(count);
  return (
    <Link href={href} className={cn("tabular underline", tone)}>
      {format.number(count)}
    </Link>
  );
}

function PointsCard({ figures, vaultId }: { figures: Figures; vaultId: string }) {
  const t = useTranslations("vaults");
  const format = useFormat();
  const { points } = figures;
  const listOf = (filter: string) => `/points?vault=${vaultId}&${filter}`;
  return (
    <Card title={t("page.points")} id="points">
      <Facts
        short
        dense
        facts={[
          {
            label: t("page.available"),
            value: <Listed count={points.available} href={listOf("state=available")} />,
          },
          {
            label: t("page.damaged"),
            value: (
              <Listed count={points.damaged} href={listOf("state=damaged")} tone="font-semibold text-bad" />
            ),
          },
          {
            label: t("page.pinned"),
            value: <Listed count={points.pinned} href={listOf("pinned=true")} />,
          },
          {
            label: t("page.softDeleted"),
            value: <Listed count={points.softDeleted.count} href={listOf("state=soft-deleted")} />,
          },
          { label: t("page.softDeletedBytes"), value: <ByteSize bytes={points.softDeleted.bytes} /> },
          { label: t("page.deleted"), value: format.number(points.deleted) },
          ...(points.deleting === 0
            ? []
            : [{ label: t("page.deleting"), value: format.number(points.deleting) }]),
        ]}
      />
      <p className="mt-3 text-xs text-muted">{t("page.pointsHint")}</p>
    </Card>
  );
}
