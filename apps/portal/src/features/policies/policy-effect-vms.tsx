"use client";
import { useTranslations } from "next-intl";
import type { PolicyPreview } from "#lib/api-types.ts";
import { Status } from "#ui/status.tsx";

/** The VMs that lose points by a new version, those that lose most first; only counts of those that the user does not see. */
export function PolicyEffectVms({ effect }: { effect: NonNullable<PolicyPreview["effect"]> }) {
  const t = useTranslations("policyEffects");
  if (effect.vms === 0) return null;
  const hidden = effect.vms - effect.total;
  const more = effect.total - effect.rows.length;
  return (
    <div className="mt-2 text-sm">
      {effect.sooner === 0 ? null : <p>{t("sooner", { count: effect.sooner })}</p>}
      {effect.refusedVms === 0 ? null : (
        <Status look="plain" tone="bad" icon="cross">
          {t("refusedVms", { count: effect.refusedVms })}
        </Status>
      )}
      <details className="mt-1">
        <summary className="cursor-pointer">{t("vms")}</summary>
        <ul className="mt-1 flex flex-col gap-0.5 tabular">
          {effect.rows.map(({ vm, removed, sooner }) => (
            <li key={vm.id} className="flex flex-wrap justify-between gap-x-4">
              <span className="font-medium">{vm.name}</span>
              <span className="text-muted">{t("vmRow", { removed, sooner })}</span>
            </li>
          ))}
          {more > 0 ? <li>{t("more", { count: more })}</li> : null}
          {hidden > 0 ? <li>{t("hidden", { count: hidden })}</li> : null}
        </ul>
      </details>
    </div>
  );
}
