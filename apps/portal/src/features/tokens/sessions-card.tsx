"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type SessionLine, SessionsTable } from "#features/tokens/sessions-table.tsx";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";

function leave(): void {
  window.location.assign("/signed-out?reason=signed-out");
}

/** The user's own sessions: end one, or all of them with this one. */
export function SessionsCard() {
  const t = useTranslations("tokens");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [leaving, setLeaving] = useState(false);
  const sessions = useQuery(trpc.me.sessions.queryOptions());
  const failed = { onError: outcome.failed(t("endFailed")) };
  const end = useMutation(
    trpc.me.endSession.mutationOptions({
      ...failed,
      onSuccess: ({ sessions: count }, { session }) => {
        const isOwn = sessions.data?.some(({ id, isCurrent }) => id === session && isCurrent) === true;
        return isOwn ? leave() : outcome.done(t("ended", { count }));
      },
    }),
  );
  const everywhere = useMutation(trpc.me.signOutEverywhere.mutationOptions({ ...failed, onSuccess: leave }));
  return (
    <Card
      id="sessions"
      title={t("sessions")}
      description={t("sessionsLead")}
      flush
      actions={<Button onClick={() => setLeaving(true)}>{t("everywhere")}</Button>}
    >
      <SessionsTable
        sessions={sessions.data}
        error={sessions.error}
        onRetry={() => void sessions.refetch()}
        busy={end.isPending}
        onEnd={({ id }: SessionLine) => end.mutate({ session: id })}
      />
      <ConfirmDialog
        open={leaving}
        onOpenChange={() => setLeaving(false)}
        title={t("everywhereTitle")}
        description={t("everywhereText")}
        action={t("everywhere")}
        busy={everywhere.isPending}
        onConfirm={() => everywhere.mutate()}
      />
    </Card>
  );
}
