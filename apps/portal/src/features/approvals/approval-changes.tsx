"use client";
import { useTranslations } from "next-intl";
import type { ApprovalView } from "#lib/api-types.ts";
import { messageKey } from "#messages/catalog.ts";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

type Changes = NonNullable<ApprovalView["changes"]>;

/** What a change of configuration writes into the audit log: for the decider, the whole truth about it. */
export function ChangesCard({ changes, waits }: { changes: Changes; waits: boolean }) {
  const t = useTranslations("approvals");
  return (
    <Card title={t(waits ? "detail.whatNow" : "detail.what")} id="effect">
      <ChangeList changes={changes} />
    </Card>
  );
}

export function ChangeList({ changes }: { changes: Changes }) {
  const kinds = useTranslations("audit");
  return (
    <ul className="flex flex-col gap-4">
      {changes.map(({ kind, target, data }) => (
        <li key={`${kind} ${target.id}`}>
          <p className="font-medium text-ink">
            {kinds(`kinds.${messageKey(kind)}`)}: {target.name}
          </p>
          <dl className="mt-1 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
            {factsOf(data).map(([name, value]) => (
              <Fact key={name} name={name} value={value} />
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="font-mono text-xs text-muted">{name}</dt>
      <dd className="break-words whitespace-pre-line text-ink">{value}</dd>
    </>
  );
}

/** The names and values of an event, those of parts by their path. */
export function factsOf(data: Readonly<Record<string, unknown>>, path = ""): [string, string][] {
  return Object.entries(data).flatMap(([key, value]): [string, string][] => {
    const name = path === "" ? key : `${path}.${key}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return factsOf(Object.fromEntries(Object.entries(value)), name);
    if (value === null) return [[name, "–"]];
    if (Array.isArray(value)) return value.length === 0 ? [] : [[name, value.map(textOf).join("\n")]];
    return [[name, textOf(value)]];
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Says to the requester of an approved change what is left to do, and to others whether it was done. */
export function PermitAlert({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const { permitUntil, permitUsedAt, own } = approval;
  if (permitUntil === null) return null;
  if (permitUsedAt !== null) {
    return (
      <Alert tone="ok" title={t("permit.used")}>
        <AbsoluteTime at={permitUsedAt} seconds={false} />
      </Alert>
    );
  }
  return (
    <Alert tone="info" title={t(own ? "permit.yours" : "permit.theirs")}>
      {t.rich(own ? "permit.yoursText" : "permit.theirsText", {
        time: () => <AbsoluteTime at={permitUntil} seconds={false} />,
      })}
    </Alert>
  );
}
