"use client";
import { auditMessages as text } from "#features/audit/messages.ts";
import type { AuditRow } from "#lib/api-types.ts";
import { Button } from "#ui/button.tsx";
import type { Column } from "#ui/data-table.tsx";
import { Badge } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** The event in words; a kind of a newer version shows as it is. */
export function eventName(kind: string): string {
  return text.kinds[kind] ?? kind;
}

/** The columns of the ledger: always absolute times. */
export function auditColumns(onShow: (row: AuditRow) => void): readonly Column<AuditRow>[] {
  return [
    {
      key: "seq",
      header: text.columns.seq,
      align: "right",
      from: "sm",
      className: "w-16 text-faint",
      cell: (row) => row.seq,
    },
    { key: "at", header: text.columns.at, cell: (row) => <AbsoluteTime at={row.at} /> },
    {
      key: "event",
      header: text.columns.event,
      isRowHeader: true,
      cell: (row) => <span className="font-medium">{eventName(row.kind)}</span>,
    },
    { key: "target", header: text.columns.target, from: "md", cell: (row) => row.target.name },
    {
      key: "actor",
      header: text.columns.actor,
      from: "sm",
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-1.5">
          {row.actor.kind === "engine" ? <span className="text-muted">{text.engine}</span> : row.actor.name}
          {row.actor.via === "token" ? <Badge>{text.viaToken}</Badge> : null}
        </span>
      ),
    },
    {
      key: "digest",
      header: text.columns.digest,
      from: "xl",
      cell: (row) => <code className="font-mono text-xs text-faint">{row.digest.slice(0, 12)}</code>,
    },
    {
      key: "detail",
      header: text.columns.detail,
      hideHeader: true,
      align: "right",
      cell: (row) => (
        <Button size="sm" tone="quiet" aria-label={text.showOf(row.seq)} onClick={() => onShow(row)}>
          {text.show}
        </Button>
      ),
    },
  ];
}
