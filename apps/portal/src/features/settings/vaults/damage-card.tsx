"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { VaultDamageRow, VaultDamageView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Pager } from "#ui/pager.tsx";
import { Select } from "#ui/select.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

const views = ["open", "healed"] as const;
const params = {
  vault: parseAsString,
  damage: parseAsStringLiteral(views).withDefault("open"),
  damagePage: parseAsInteger.withDefault(1),
};

/** The damage of a vault, who needs it, and what was healed. For owners. */
export function VaultDamageCard() {
  const t = useTranslations("damage");
  const trpc = useTRPC();
  const [at, setAt] = useQueryStates(params);
  const vaults = useQuery(trpc.vaults.list.queryOptions()).data ?? [];
  const chosen = vaults.find(({ id, name }) => id === at.vault || name === at.vault);
  const vault = chosen ?? vaults.find(({ isDefault }) => isDefault) ?? vaults[0];
  const query = useQuery(
    trpc.vaults.damage.queryOptions(
      {
        vault: vault?.id ?? "",
        healed: at.damage === "healed",
        page: Math.max(at.damagePage, 1),
        pageSize: 25,
      },
      { enabled: vault !== undefined, refetchInterval: every(15_000), placeholderData: keepPreviousData },
    ),
  );
  if (vault === undefined) return null;
  return (
    <Card
      id="damage"
      title={t("title")}
      description={t("lead")}
      flush
      actions={
        <>
          {vaults.length > 1 ? (
            <Select
              label={t("vault")}
              prefix={t("vault")}
              value={vault.id}
              options={vaults.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(id) => void setAt({ vault: id, damagePage: null })}
            />
          ) : null}
          <Select
            label={t("show")}
            prefix={t("show")}
            value={at.damage}
            options={views.map((value) => ({ value, label: t(`views.${value}`) }))}
            onChange={(damage) => void setAt({ damage, damagePage: null })}
          />
        </>
      }
    >
      <DamageTotals view={query.data} />
      <DamageTable
        query={query}
        isHealed={at.damage === "healed"}
        onPage={(page) => void setAt({ damagePage: page })}
      />
    </Card>
  );
}

function DamageTotals({ view }: { view: VaultDamageView | undefined }) {
  const t = useTranslations("damage");
  if (view === undefined || view.totals.open === 0) return null;
  const { totals } = view;
  return (
    <p className="border-b border-line px-4 py-2.5 text-sm">
      {t("sum", { open: totals.open, points: totals.points, vms: totals.vms })}
      {totals.searched ? null : <span className="text-muted"> {t("searching")}</span>}
    </p>
  );
}

interface TableProps {
  readonly query: {
    readonly data: VaultDamageView | undefined;
    readonly error: unknown;
    readonly isPlaceholderData: boolean;
    readonly refetch: () => unknown;
  };
  readonly isHealed: boolean;
  readonly onPage: (page: number) => void;
}

function DamageTable({ query, isHealed, onPage }: TableProps) {
  const t = useTranslations("damage");
  const columns = useColumns(isHealed);
  const list = query.data?.list;
  return (
    <DataTable
      label={t("title")}
      columns={columns}
      rows={list?.rows}
      rowKey={({ id }) => id}
      refreshing={query.isPlaceholderData}
      error={query.error}
      onRetry={() => void query.refetch()}
      skeletonRows={3}
      empty={
        isHealed ? (
          <EmptyState title={t("healedNone")} />
        ) : (
          <EmptyState title={t("openNone")}>{t("openNoneText")}</EmptyState>
        )
      }
      footer={list === undefined ? undefined : <Pager {...list} shown={list.rows.length} onPage={onPage} />}
    />
  );
}

function useColumns(isHealed: boolean): readonly Column<VaultDamageRow>[] {
  const t = useTranslations("damage");
  const format = useFormat();
  return [
    {
      key: "what",
      header: t("fields.what"),
      isRowHeader: true,
      cell: ({ kind, object, offset }) => (
        <span className="block max-w-xs min-w-0 sm:max-w-sm">
          <span className="font-medium">{t(`kinds.${kind}`)}</span>{" "}
          <span className="text-muted" title={offset === null ? undefined : format.bytesExact(offset)}>
            {offset === null ? t("whole") : t("at", { offset: format.bytes(offset) })}
          </span>
          <span data-value className="block font-mono text-xs break-all text-faint">
            {object}
          </span>
        </span>
      ),
    },
    {
      key: "reason",
      header: t("fields.reason"),
      cell: ({ reason, problem, healedAt }) => (
        <span title={problem}>
          <Status
            look="plain"
            tone={healedAt === null ? "bad" : "idle"}
            icon={healedAt === null ? "cross" : "none"}
          >
            {t(`reasons.${reason}`)}
          </Status>
        </span>
      ),
    },
    {
      key: "found",
      header: t("fields.found"),
      from: "md",
      cell: ({ foundAt, foundBy }) => (
        <>
          <TimeAgo at={foundAt} /> <span className="text-muted">{t(`foundBy.${foundBy}`)}</span>
        </>
      ),
    },
    ...(isHealed ? [healedColumn(t)] : []),
    {
      key: "points",
      header: t("fields.points"),
      align: "right",
      cell: ({ points, searched }) => (
        <span className="tabular" title={searched ? undefined : t("searching")}>
          {points}
          {searched ? "" : " …"}
        </span>
      ),
    },
  ];
}

function healedColumn(t: ReturnType<typeof useTranslations<"damage">>): Column<VaultDamageRow> {
  return {
    key: "healed",
    header: t("fields.healed"),
    cell: ({ healedAt, healedBy }) => (
      <>
        <TimeAgo at={healedAt} />{" "}
        {healedBy === null ? null : <span className="text-muted">{t(`healedBy.${healedBy}`)}</span>}
      </>
    ),
  };
}
