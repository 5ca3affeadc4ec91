"use client";
import { useTranslations } from "next-intl";
import { eventName, targetTypeName } from "#features/audit/audit-columns.tsx";
import { targetName } from "#features/audit/target-name.ts";
import type { AuditRow } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** All facts of one event, with its place in the chain. */
export function EventDialog({ event, onClose }: { event: AuditRow; onClose: () => void }) {
  const t = useTranslations("audit");
  const jobs = useTranslations("jobs");
  const format = useFormat();
  const data = JSON.stringify(event.data ?? {}, null, 2);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("eventTitle", { seq: event.seq })}
      description={eventName(event.kind, t)}
    >
      <div className="flex flex-col gap-4">
        <Facts
          columns={2}
          facts={[
            { label: t("columns.at"), value: <AbsoluteTime at={event.at} /> },
            { label: t("columns.actor"), value: event.actor.name },
            {
              label: t("columns.target"),
              value: t("targetText", {
                name: targetName(event.target, { audit: t, jobs, format }),
                type: targetTypeName(event.target.type, t),
              }),
            },
            { label: t("id"), value: <Copyable value={event.target.id} what={t("targetId")} /> },
            { label: t("digest"), value: <Copyable value={event.digest} what={t("digest")} />, wide: true },
            {
              label: t("previous"),
              value: <Copyable value={event.prevDigest} what={t("previous")} />,
              wide: true,
            },
          ]}
        />
        <section aria-label={t("data")}>
          <h3 className="eyebrow mb-1">{t("data")}</h3>
          {data === "{}" ? (
            <p className="text-sm text-muted">{t("noData")}</p>
          ) : (
            // Long facts must also scroll by keyboard.
            <pre
              tabIndex={0}
              className="max-h-72 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs"
            >
              {data}
            </pre>
          )}
        </section>
      </div>
    </Dialog>
  );
}
