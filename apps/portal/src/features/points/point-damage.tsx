"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { PointDamageView, PointView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { Card } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Badge } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Ranges that the page lists for a disk. */
const RANGES_SHOWN = 8;

/** The parts of a damaged point that cannot be read, why, and what to do. */
export function PointDamage({ point }: { point: PointView }) {
  const t = useTranslations("damage");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.points.damage.queryOptions({ point: point.id }, { refetchInterval: every(15_000) }),
  );
  const damage = query.data;
  return (
    <Card id="damage" title={t("point.title")} description={t("point.lead")}>
      {query.error !== null ? (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      ) : damage === undefined ? (
        <SkeletonLines lines={4} />
      ) : (
        <div className="flex flex-col gap-4 text-sm">
          {damage.searched ? null : <p className="text-muted">{t("point.searching")}</p>}
          <DamagedDisks point={point} damage={damage} />
          <Items damage={damage} />
          <WhatToDo damage={damage} />
        </div>
      )}
    </Card>
  );
}

interface Props {
  readonly damage: PointDamageView;
}

function DamagedDisks({ point, damage }: Props & { readonly point: PointView }) {
  const t = useTranslations("damage");
  const format = useFormat();
  const hasManifest = damage.items.some(({ kind }) => kind === "manifest");
  return (
    <>
      {hasManifest ? <p>{t("point.manifest")}</p> : null}
      <ul className="flex flex-col gap-3">
        {damage.disks.map(({ key, bytes, count, ranges }) => {
          const disk = point.disks.find((one) => one.key === key);
          const shown = ranges.slice(0, RANGES_SHOWN);
          return (
            <li key={key}>
              <p className="flex flex-wrap items-center gap-2">
                <Badge>{key}</Badge>
                <span className="font-medium">{disk?.name}</span>
                <span className="text-muted">
                  {t("point.disk", {
                    bytes: format.bytes(bytes),
                    count,
                    total: format.bytes(disk?.diskBytes ?? 0),
                  })}
                </span>
              </p>
              <p className="tabular mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-muted">
                {shown.map(({ offset, length }) => (
                  <span key={offset} title={`${format.bytesExact(offset)}, ${format.bytesExact(length)}`}>
                    {t("point.range", { size: format.bytes(length), at: format.bytes(offset) })}
                  </span>
                ))}
                {count > shown.length ? (
                  <span>{t("point.more", { count: count - shown.length })}</span>
                ) : null}
              </p>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Items({ damage: { items, total } }: Props) {
  const t = useTranslations("damage");
  if (total === 0) return <p className="text-muted">{t("point.unknown")}</p>;
  return (
    <section>
      <h3 className="font-semibold">
        {t("point.why")} <span className="font-normal text-muted">{t("point.items", { count: total })}</span>
      </h3>
      <ul className="mt-1 flex flex-col gap-1">
        {items.slice(0, RANGES_SHOWN).map(({ kind, object, offset, reason, foundAt, foundBy }) => (
          <li key={`${object} ${offset}`}>
            {t(`kinds.${kind}`)} <Place offset={offset} />: {t(`reasons.${reason}`)}
            {" · "}
            <span className="text-muted">
              {t("fields.found")} <TimeAgo at={foundAt} /> {t(`foundBy.${foundBy}`)}
            </span>
            <span data-value className="block font-mono text-xs break-all text-faint">
              {object}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where in an object the damage is; the exact byte is the title. */
function Place({ offset }: { readonly offset: number | null }) {
  const t = useTranslations("damage");
  const format = useFormat();
  if (offset === null) return t("whole");
  return <span title={format.bytesExact(offset)}>{t("at", { offset: format.bytes(offset) })}</span>;
}

function WhatToDo({ damage: { before, after } }: Props) {
  const t = useTranslations("damage");
  const format = useFormat();
  const others = [
    { point: before, text: "before" },
    { point: after, text: "after" },
  ] as const;
  return (
    <section>
      <h3 className="font-semibold">{t("point.whatToDo")}</h3>
      <ul className="mt-1 list-disc pl-5">
        <li>{t("point.next")}</li>
        <li>{t("point.restore")}</li>
        {before === null && after === null ? (
          <li>{t("point.none")}</li>
        ) : (
          <li>
            {t("point.other")}
            <ul className="list-disc pl-5">
              {others.map(({ point, text }) =>
                point === null ? null : (
                  <li key={text}>
                    <Link href={`/points/${point.id}`} className="font-medium text-accent hover:underline">
                      {t(`point.${text}`, { at: format.absolute(new Date(point.takenAt)) })}
                    </Link>
                  </li>
                ),
              )}
            </ul>
          </li>
        )}
      </ul>
    </section>
  );
}
