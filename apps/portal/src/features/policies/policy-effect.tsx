"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { PolicyEffectVms } from "#features/policies/policy-effect-vms.tsx";
import type { PolicyPreview } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Button } from "#ui/button.tsx";
import { Status } from "#ui/status.tsx";

/** How many points are shown before "Show all". */
const firstPoints = 8;

/** Which existing points the rules keep and delete, deleted ones first. */
export function PolicyEffect({ preview }: { preview: PolicyPreview }) {
  const t = useTranslations("policies");
  return (
    <section aria-label={t("preview.effect")}>
      <h3 className="eyebrow mb-1.5">{t("preview.effect")}</h3>
      {preview.points.length === 0 ? (
        <p className="text-sm text-muted">{t("preview.noPoints")}</p>
      ) : (
        <>
          <Status tone={preview.removed > 0 ? "warn" : "ok"} icon={preview.removed > 0 ? "warning" : "check"}>
            {preview.removed > 0
              ? t("preview.removed", { count: preview.removed })
              : t("preview.noneRemoved")}
          </Status>
          <JudgedPoints points={preview.points} />
        </>
      )}
      {preview.effect === null ? null : <PolicyEffectVms effect={preview.effect} />}
    </section>
  );
}

function JudgedPoints({ points }: { points: PolicyPreview["points"] }) {
  const t = useTranslations("policies");
  const [all, setAll] = useState(false);
  const ordered = [...points.filter((point) => !point.keep), ...points.filter((point) => point.keep)];
  const shown = all ? ordered : ordered.slice(0, firstPoints);
  return (
    <>
      <table className="mt-2 w-full text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("preview.columns.taken")}</th>
            <th scope="col">{t("preview.columns.vm")}</th>
            <th scope="col">{t("preview.columns.verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((point) => (
            <JudgedPoint key={point.id} point={point} />
          ))}
        </tbody>
      </table>
      {all || ordered.length <= firstPoints ? null : (
        <Button size="sm" className="mt-2" onClick={() => setAll(true)}>
          {t("preview.showAll", { count: ordered.length })}
        </Button>
      )}
    </>
  );
}

function JudgedPoint({ point }: { point: PolicyPreview["points"][number] }) {
  const t = useTranslations("policies");
  const points = useTranslations("points");
  const format = useFormat();
  const notice = useNotice();
  const tiers = point.tiers.map((tier) => points(`tiers.${tier}`));
  return (
    <tr className="border-t border-line">
      <th scope="row" className="py-1 pr-2 text-left align-top font-normal whitespace-nowrap tabular">
        <span data-value suppressHydrationWarning>
          {format.absolute(new Date(point.takenAt))}
        </span>
        <span className="block text-xs text-faint">{point.vm.name}</span>
      </th>
      <td className="sr-only">{point.vm.name}</td>
      <td className="py-1 text-right">
        <Status look="plain" tone={point.keep ? "ok" : "warn"} icon={point.keep ? "check" : "cross"}>
          {point.keep ? t("preview.keep") : t("preview.remove")}
        </Status>
        <span className="block text-xs text-faint">
          {point.keep && tiers.length > 0
            ? points("allTiers", { tiers: format.list(tiers) })
            : notice(point.reasonNotice, point.reason)}
        </span>
      </td>
    </tr>
  );
}
