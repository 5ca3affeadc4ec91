"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { TokensTable } from "#features/tokens/tokens-table.tsx";
import type { TokenView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Check } from "#ui/field.tsx";
import { EmptyState } from "#ui/states.tsx";

const CreateTokenDialog = lazy(() => import("#features/settings/create-token.tsx"));

/** The user's own API tokens. */
export function TokensCard() {
  const t = useTranslations("settings");
  const words = useTranslations("tokens");
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const [showsEnded, setShowsEnded] = useState(false);
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  const ended = tokens.data?.some(({ state }) => state !== "active") === true;
  const create = (
    <Button tone="primary" icon={<Plus aria-hidden="true" />} onClick={() => setCreating(true)}>
      {t("newToken")}
    </Button>
  );
  return (
    <Card
      title={t("tokens")}
      description={t("tokensLead")}
      id="tokens"
      actions={create}
      flush
      footer={
        ended ? (
          <Check
            label={words("showEnded")}
            checked={showsEnded}
            onChange={(event) => setShowsEnded(event.target.checked)}
          />
        ) : undefined
      }
    >
      <TokensTable
        label={t("tokens")}
        tokens={tokens.data?.filter(({ state }) => showsEnded || state === "active")}
        error={tokens.error}
        onRetry={() => void tokens.refetch()}
        onRevoke={setRevoking}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyText")}</EmptyState>}
      />
      {creating ? (
        <Suspense>
          <CreateTokenDialog onClose={() => setCreating(false)} />
        </Suspense>
      ) : null}
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
