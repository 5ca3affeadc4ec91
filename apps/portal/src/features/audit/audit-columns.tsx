"use client";
import { ledgerKinds, ledgerTargetType } from "@kluis/domain";
import { isStoredName, type TargetWords, targetName } from "#features/audit/target-name.ts";
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

/** The type of an event's object in words; a type of a newer version is shown as it is. */
export function targetTypeName(stored: string, t: Texts<"audit">): string {
  const type = ledgerTargetType(stored);
  return type === null ? stored : t(`targetTypes.${type}`);
}

/** The columns of the ledger, with absolute times. */
export function auditColumns(
  words: TargetWords,
  onShow: (row: AuditRow) => void,
): readonly Column<AuditRow>[] {
  const t = words.audit;
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
    {
      key: "target",
      header: t("columns.target"),
      cell: (row) => (
        <span data-value={isStoredName(row.target.type) ? true : undefined}>
          {targetName(row.target, words)}
        </span>
      ),
    },
    {
      key: "actor",
      header: t("columns.actor"),
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-1.5">
          {row.actor.kind === "engine" ? <span className="text-muted">{t("engine")}</span> : row.actor.name}
          {row.actor.via === "token" ? <Badge>{t("viaToken")}</Badge> : null}
          {row.actor.via === "agent" ? <Badge tone="warn">{t("viaAgent")}</Badge> : null}
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
