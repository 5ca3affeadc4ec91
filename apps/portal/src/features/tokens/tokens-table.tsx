"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { TokenView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Badge, Status, type StatusIcon, type Tone } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

const look: Record<TokenView["state"], readonly [Tone, StatusIcon]> = {
  active: ["ok", "check"],
  idle: ["idle", "waiting"],
  expired: ["idle", "waiting"],
  revoked: ["idle", "stopped"],
};

/** What a token reaches, when that is one team. */
function TokenReach({ team }: Pick<TokenView, "team">) {
  const t = useTranslations("tokens");
  if (team === null) return null;
  return (
    <span className="block text-xs text-muted">
      {team.name === null ? t("teamRemoved") : t("teamOnly", { team: team.name })}
    </span>
  );
}

/** When a token ends: at its date, or sooner when no one uses it. */
function TokenEnds({ token }: { token: TokenView }) {
  const t = useTranslations("tokens");
  const { expiresAt, idleUntil, idleDays, state } = token;
  if (state !== "active") return <span className="text-faint">–</span>;
  const idleFirst = expiresAt === null || idleUntil < expiresAt;
  return (
    <span className="flex flex-col">
      {expiresAt === null ? null : (
        <span>{t.rich("expiresAt", { time: () => <TimeAgo at={expiresAt} /> })}</span>
      )}
      {idleFirst ? (
        <span className="text-xs text-muted" title={t("idleTitle", { days: idleDays })}>
          {t.rich("idleAt", { time: () => <TimeAgo at={idleUntil} /> })}
        </span>
      ) : null}
    </span>
  );
}

function useTokenColumns(onRevoke: (token: TokenView) => void): readonly Column<TokenView>[] {
  const t = useTranslations("settings");
  const words = useTranslations("tokens");
  const format = useFormat();
  return [
    {
      key: "name",
      header: t("columns.name"),
      isRowHeader: true,
      cell: (token) => (
        <span className="block py-1">
          <span className="flex flex-wrap items-center gap-1.5">
            <span data-value className="font-medium">
              {token.name}
            </span>
            {token.kind === "agent" ? <Badge tone="warn">{words("kinds.agent")}</Badge> : null}
          </span>
          <TokenReach team={token.team} />
        </span>
      ),
    },
    {
      key: "state",
      header: t("columns.state"),
      cell: ({ state }) => (
        <Status tone={look[state][0]} icon={look[state][1]}>
          {words(`states.${state}`)}
        </Status>
      ),
    },
    {
      key: "rights",
      header: t("columns.rights"),
      from: "md",
      cell: ({ permissions }) =>
        permissions.length === 0 ? (
          t("none")
        ) : (
          <span title={format.list(permissions.map((permission) => t(`permissions.${permission}`)))}>
            {t("some", { count: permissions.length })}
          </span>
        ),
    },
    {
      key: "used",
      header: t("columns.used"),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          <span className="text-faint">{t("neverUsed")}</span>
        ) : (
          <TimeAgo at={lastUsedAt} />
        ),
    },
    { key: "ends", header: words("limits"), cell: (token) => <TokenEnds token={token} /> },
    {
      key: "actions",
      header: t("columns.actions"),
      hideHeader: true,
      align: "right",
      cell: (token) =>
        token.state === "revoked" ? null : (
          <Button size="sm" aria-label={t("revokeOf", { name: token.name })} onClick={() => onRevoke(token)}>
            {t("revoke")}
          </Button>
        ),
    },
  ];
}

export interface TokensTableProps {
  readonly label: string;
  readonly tokens: readonly TokenView[] | undefined;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly onRevoke: (token: TokenView) => void;
  readonly empty: ReactNode;
}

/** API tokens with kind, reach, last use and end. */
export function TokensTable({ label, tokens, error, onRetry, onRevoke, empty }: TokensTableProps) {
  return (
    <DataTable
      label={label}
      columns={useTokenColumns(onRevoke)}
      rows={tokens}
      rowKey={(token) => token.id}
      error={error ?? null}
      onRetry={onRetry ?? (() => undefined)}
      skeletonRows={2}
      empty={empty}
    />
  );
}
