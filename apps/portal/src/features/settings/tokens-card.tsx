"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CreateTokenDialog } from "#features/settings/create-token.tsx";
import { type TokenState, tokenState } from "#features/settings/token-state.ts";
import type { TokenView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";
import { TimeAgo, useNow } from "#ui/time-ago.tsx";

const look: Record<TokenState, readonly [Tone, StatusIcon]> = {
  active: ["ok", "check"],
  expired: ["idle", "waiting"],
  revoked: ["idle", "stopped"],
};

function StateCell({ token }: { token: TokenView }) {
  const t = useTranslations("settings");
  const state = tokenState(token, useNow());
  const [tone, icon] = look[state];
  return (
    <Status tone={tone} icon={icon}>
      {t(`tokenStates.${state}`)}
    </Status>
  );
}

function RevokeCell({ token, onRevoke }: { token: TokenView; onRevoke: () => void }) {
  const t = useTranslations("settings");
  if (tokenState(token, useNow()) !== "active") return null;
  return (
    <Button size="sm" aria-label={t("revokeOf", { name: token.name })} onClick={onRevoke}>
      {t("revoke")}
    </Button>
  );
}

/** The user's own API tokens. */
export function TokensCard() {
  const t = useTranslations("settings");
  const format = useFormat();
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  const columns: readonly Column<TokenView>[] = [
    {
      key: "name",
      header: t("columns.name"),
      isRowHeader: true,
      cell: (token) => (
        <span data-value className="font-medium">
          {token.name}
        </span>
      ),
    },
    { key: "state", header: t("columns.state"), cell: (token) => <StateCell token={token} /> },
    {
      key: "rights",
      header: t("columns.rights"),
      from: "md",
      cell: (token) =>
        token.permissions.length === 0 ? (
          t("none")
        ) : (
          <span title={format.list(token.permissions.map((permission) => t(`permissions.${permission}`)))}>
            {t("some", { count: token.permissions.length })}
          </span>
        ),
    },
    {
      key: "created",
      header: t("columns.created"),
      from: "lg",
      cell: (token) => <TimeAgo at={token.createdAt} />,
    },
    {
      key: "used",
      header: t("columns.used"),
      from: "sm",
      cell: (token) =>
        token.lastUsedAt === null ? (
          <span className="text-faint">{t("neverUsed")}</span>
        ) : (
          <TimeAgo at={token.lastUsedAt} />
        ),
    },
    {
      key: "expires",
      header: t("columns.expires"),
      from: "sm",
      cell: (token) => <TimeAgo at={token.expiresAt} />,
    },
    {
      key: "actions",
      header: t("columns.actions"),
      hideHeader: true,
      align: "right",
      cell: (token) => <RevokeCell token={token} onRevoke={() => setRevoking(token)} />,
    },
  ];
  const create = (
    <Button tone="primary" icon={<Plus aria-hidden="true" />} onClick={() => setCreating(true)}>
      {t("newToken")}
    </Button>
  );
  return (
    <Card title={t("tokens")} description={t("tokensLead")} id="tokens" actions={create} flush>
      <DataTable
        label={t("tokens")}
        columns={columns}
        rows={tokens.data}
        rowKey={(token) => token.id}
        error={tokens.error}
        onRetry={() => void tokens.refetch()}
        skeletonRows={2}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyText")}</EmptyState>}
      />
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} /> : null}
      {revoking === null ? null : <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  );
}

function RevokeDialog({ token, onClose }: { token: TokenView; onClose: () => void }) {
  const t = useTranslations("settings");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("revokeDone", { name: token.name }));
      },
      onError: outcome.failed(t("revokeFailed")),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("revokeTitle", { name: token.name })}
      description={t("revokeText")}
      action={t("revokeSubmit")}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate({ id: token.id })}
    />
  );
}
