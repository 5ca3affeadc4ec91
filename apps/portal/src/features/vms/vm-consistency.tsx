"use client";
import { useTranslations } from "next-intl";
import { ConsistencyBadge } from "#features/points/consistency.tsx";
import type { VmView } from "#lib/api-types.ts";

/** The level of the newest recovery point, and how many in a row are lower than the policy requests. */
export function VmConsistency({ vm: { lastPoint, downgrades } }: { readonly vm: VmView }) {
  const t = useTranslations("vms");
  const words = useTranslations("points");
  if (lastPoint === null) return <span className="text-faint">–</span>;
  if (downgrades === null) return <ConsistencyBadge reached={lastPoint.consistency} />;
  const { points, wanted, reached } = downgrades;
  const why = t("detail.downgrades", { count: points, wanted: words(`consistency.${wanted}`) });
  return (
    <>
      <ConsistencyBadge reached={reached} wanted={wanted} reason={why} />
      <span className="mt-0.5 block text-sm text-muted">{why}</span>
    </>
  );
}
