"use client";
import { eventName } from "#features/audit/audit-columns.tsx";
import { auditMessages as text } from "#features/audit/messages.ts";
import type { AuditRow } from "#lib/api-types.ts";
import { Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** Everything about one event, with its place in the chain. */
export function EventDialog({ event, onClose }: { event: AuditRow; onClose: () => void }) {
  const data = JSON.stringify(event.data ?? {}, null, 2);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.eventTitle(event.seq)}
      description={eventName(event.kind)}
    >
      <div className="flex flex-col gap-4">
        <Facts
          columns={2}
          facts={[
            { label: text.columns.at, value: <AbsoluteTime at={event.at} /> },
            { label: text.columns.actor, value: event.actor.name },
            { label: text.columns.target, value: `${event.target.name} (${event.target.type})` },
            { label: "Id", value: <Copyable value={event.target.id} what="target id" /> },
            { label: text.digest, value: <Copyable value={event.digest} what="digest" />, wide: true },
            {
              label: text.previous,
              value: <Copyable value={event.prevDigest} what="previous digest" />,
              wide: true,
            },
          ]}
        />
        <section aria-label={text.data}>
          <h3 className="eyebrow mb-1">{text.data}</h3>
          {data === "{}" ? (
            <p className="text-sm text-muted">{text.noData}</p>
          ) : (
            // Long facts scroll, and must do so by keyboard.
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
