"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { CreateTokenDialog } from "#features/settings/create-token.tsx";
import { settingsMessages as text } from "#features/settings/messages.ts";
import { type TokenState, tokenState } from "#features/settings/token-state.ts";
import type { TokenView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
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
  const state = tokenState(token, useNow());
  const [tone, icon] = look[state];
  return (
    <Status tone={tone} icon={icon}>
      {text[state]}
    </Status>
  );
}

function RevokeCell({ token, onRevoke }: { token: TokenView; onRevoke: () => void }) {
  if (tokenState(token, useNow()) !== "active") return null;
  return (
    <Button size="sm" aria-label={text.revokeOf(token.name)} onClick={onRevoke}>
      {text.revoke}
    </Button>
  );
}

/** One's own tokens. */
export function TokensCard() {
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  const columns: readonly Column<TokenView>[] = [
    {
      key: "name",
      header: text.columns.name,
      isRowHeader: true,
      cell: (token) => <span className="font-medium">{token.name}</span>,
    },
    { key: "state", header: text.columns.state, cell: (token) => <StateCell token={token} /> },
    {
      key: "rights",
      header: text.columns.rights,
      from: "md",
      cell: (token) =>
        token.permissions.length === 0 ? (
          text.everything
        ) : (
          <span title={token.permissions.join(", ")}>{text.some(token.permissions.length)}</span>
        ),
    },
    {
      key: "created",
      header: text.columns.created,
      from: "lg",
      cell: (token) => <TimeAgo at={token.createdAt} />,
    },
    {
      key: "used",
      header: text.columns.used,
      from: "sm",
      cell: (token) =>
        token.lastUsedAt === null ? (
          <span className="text-faint">{text.neverUsed}</span>
        ) : (
          <TimeAgo at={token.lastUsedAt} />
        ),
    },
    {
      key: "expires",
      header: text.columns.expires,
      from: "sm",
      cell: (token) => <TimeAgo at={token.expiresAt} />,
    },
    {
      key: "actions",
      header: text.columns.actions,
      hideHeader: true,
      align: "right",
      cell: (token) => <RevokeCell token={token} onRevoke={() => setRevoking(token)} />,
    },
  ];
  const create = (
    <Button tone="primary" icon={<Plus aria-hidden="true" />} onClick={() => setCreating(true)}>
      {text.newToken}
    </Button>
  );
  return (
    <Card title={text.tokens} description={text.tokensLead} id="tokens" actions={create} flush>
      <DataTable
        label={text.tokens}
        columns={columns}
        rows={tokens.data}
        rowKey={(token) => token.id}
        error={tokens.error}
        onRetry={() => void tokens.refetch()}
        skeletonRows={2}
        empty={<EmptyState title={text.emptyTitle}>{text.emptyText}</EmptyState>}
      />
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} /> : null}
      {revoking === null ? null : <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  );
}

function RevokeDialog({ token, onClose }: { token: TokenView; onClose: () => void }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(text.revokeDone(token.name));
      },
      onError: outcome.failed(text.revokeFailed),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={text.revokeTitle(token.name)}
      description={text.revokeText}
      action={text.revoke}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate({ id: token.id })}
    />
  );
}
