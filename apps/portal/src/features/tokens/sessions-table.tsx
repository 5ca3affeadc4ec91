"use client";
import { useTranslations } from "next-intl";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

export interface SessionLine {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  /** The session of this browser. */
  readonly isCurrent?: boolean;
}

export interface SessionsTableProps {
  readonly sessions: readonly SessionLine[] | undefined;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly busy: boolean;
  readonly onEnd: (session: SessionLine) => void;
}

/** Open sessions, the last used first, each with a way to end it. */
export function SessionsTable({ sessions, error, onRetry, busy, onEnd }: SessionsTableProps) {
  const t = useTranslations("tokens");
  const format = useFormat();
  const columns: readonly Column<SessionLine>[] = [
    {
      key: "signedIn",
      header: t("signedIn"),
      isRowHeader: true,
      cell: (session) => (
        <span className="flex flex-wrap items-center gap-1.5">
          <TimeAgo at={session.createdAt} />
          {session.isCurrent === true ? <Badge tone="accent">{t("thisOne")}</Badge> : null}
        </span>
      ),
    },
    { key: "seen", header: t("lastSeen"), cell: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
    { key: "ends", header: t("endsAt"), cell: ({ expiresAt }) => <TimeAgo at={expiresAt} /> },
    {
      key: "actions",
      header: t("actions"),
      hideHeader: true,
      align: "right",
      cell: (session) => (
        <Button
          size="sm"
          busy={busy}
          aria-label={t("endOf", { time: format.absolute(new Date(session.createdAt)) })}
          onClick={() => onEnd(session)}
        >
          {t("end")}
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      label={t("sessions")}
      columns={columns}
      rows={sessions}
      rowKey={(session) => session.id}
      error={error ?? null}
      onRetry={onRetry ?? (() => undefined)}
      skeletonRows={1}
      empty={<EmptyState title={t("noSessions")}>{t("noSessionsText")}</EmptyState>}
    />
  );
}
