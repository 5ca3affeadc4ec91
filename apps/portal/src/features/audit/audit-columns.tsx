"use client";
import { jobKinds, ledgerKinds } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import type { AuditRow } from "#lib/api-types.ts";
import { messageKey } from "#messages/catalog.ts";
import { Button } from "#ui/button.tsx";
import type { Column } from "#ui/data-table.tsx";
import { Badge } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** The kind of an event in words; a kind of a newer version is shown as it is. */
export function eventName(kind: string, t: Texts<"audit">): string {
  const known = ledgerKinds.find((one) => one === kind);
  return known === undefined ? kind : t(`kinds.${messageKey(known)}`);
}

/** The name of an object. The ledger names jobs after their kind and VM ("backup of web-01"), which pages can translate. */
export function targetName(target: AuditRow["target"], jobs: Texts<"jobs">): string {
  const kind = jobKinds.find((one) => target.type === "job" && target.name.startsWith(`${one} of `));
  return kind === undefined
    ? target.name
    : jobs(`titles.${kind}`, { vm: target.name.slice(`${kind} of `.length) });
}

/** The columns of the ledger, with absolute times. */
export function auditColumns(
  { t, jobs }: { readonly t: Texts<"audit">; readonly jobs: Texts<"jobs"> },
  onShow: (row: AuditRow) => void,
): readonly Column<AuditRow>[] {
  return [
    {
      key: "seq",
      header: t("columns.seq"),
      align: "right",
      from: "md",
      className: "w-16 text-faint",
      cell: (row) => row.seq,
    },
    { key: "at", header: t("columns.at"), cell: (row) => <AbsoluteTime at={row.at} /> },
    {
      key: "event",
      header: t("columns.event"),
      isRowHeader: true,
      cell: (row) => <span className="font-medium">{eventName(row.kind, t)}</span>,
    },
    { key: "target", header: t("columns.target"), cell: (row) => targetName(row.target, jobs) },
    {
      key: "actor",
      header: t("columns.actor"),
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-1.5">
          {row.actor.kind === "engine" ? <span className="text-muted">{t("engine")}</span> : row.actor.name}
          {row.actor.via === "token" ? <Badge>{t("viaToken")}</Badge> : null}
        </span>
      ),
    },
    {
      key: "digest",
      header: t("columns.digest"),
      from: "xl",
      cell: (row) => <code className="font-mono text-xs text-faint">{row.digest.slice(0, 12)}</code>,
    },
    {
      key: "detail",
      header: t("columns.detail"),
      hideHeader: true,
      align: "right",
      cell: (row) => (
        <Button size="sm" tone="quiet" aria-label={t("showOf", { seq: row.seq })} onClick={() => onShow(row)}>
          {t("show")}
        </Button>
      ),
    },
  ];
}
