"use client";
import { countStrays } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { VaultView } from "#lib/api-types.ts";
import { Button } from "#ui/button.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Whether the storage of a vault holds what the database knows, and the way to take over what it does not know. */
export function TruthLine({ vault, onAdopt }: { readonly vault: VaultView; readonly onAdopt: () => void }) {
  const t = useTranslations("vaults.truth");
  const { state, facts, strays, comparing, comparedAt, adopting } = vault.truth;
  const unknown = strays === null ? 0 : countStrays(strays);
  const isInPlace = state !== "foreign" && state !== "missing";
  if (state === "agrees" && !comparing && !adopting && unknown === 0) {
    return comparedAt === null ? (
      <Status tone="idle" icon="waiting" look="plain" wraps>
        {t("notCompared")}
      </Status>
    ) : (
      <Status tone="ok" icon="check" look="plain" wraps>
        {t.rich("agrees", { time: () => <TimeAgo at={comparedAt} /> })}
      </Status>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status
        tone={state === "agrees" ? "warn" : "bad"}
        icon={state === "agrees" ? "warning" : "cross"}
        look="plain"
        wraps
      >
        {t(`states.${state}`, { points: facts?.unknownPoints ?? 0, missing: facts?.missingPoints ?? 0 })}
      </Status>
      {comparing ? <span className="text-sm text-muted">{t("comparing")}</span> : null}
      {unknown > 0 ? (
        <span className="text-sm break-all text-muted">
          {t("strays", { objects: unknown, first: strays?.names[0] ?? "" })}
        </span>
      ) : null}
      {isInPlace && (state !== "agrees" || unknown > 0 || adopting) ? (
        <Button size="sm" aria-label={t("adoptOf", { name: vault.name })} busy={adopting} onClick={onAdopt}>
          {t("adopt")}
        </Button>
      ) : null}
    </div>
  );
}
