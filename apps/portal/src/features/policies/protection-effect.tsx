"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ViolationList } from "#features/guardrails/violation-list.tsx";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

/** What the points of a VM lose when it comes under a policy, by the rules of the server. */
export function ProtectionEffect({ vmId, policyId }: { vmId: string; policyId: string }) {
  const t = useTranslations("policyEffects");
  const lifecycle = useTranslations("policyActions");
  const guardrails = useTranslations("guardrails");
  const format = useFormat();
  const trpc = useTRPC();
  const preview = useQuery(trpc.protection.preview.queryOptions({ vm: vmId, policy: policyId }));
  if (preview.error !== null)
    return <ErrorState compact error={preview.error} onRetry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <SkeletonLines lines={2} />;
  const { points, removed, sooner, rows, undoDays, allowed, inReach, retired, violations } = preview.data;
  if (retired) return <Alert tone="bad" title={lifecycle("refusal")} />;
  if (violations.length > 0) {
    return (
      <Alert tone="bad" title={guardrails("editorAlert")}>
        <ViolationList violations={violations} />
      </Alert>
    );
  }
  if (!inReach) return <Alert tone="bad" title={t("outOfReach")} />;
  if (removed + sooner === 0) return points === 0 ? null : <Alert tone="ok" title={t("none")} />;
  return (
    <Alert
      tone={removed > 0 ? "warn" : "info"}
      title={removed > 0 ? t("removed", { count: removed }) : t("sooner", { count: sooner })}
    >
      {removed > 0 ? <p>{t("undo", { days: undoDays })}</p> : null}
      {removed > 0 && sooner > 0 ? <p>{t("sooner", { count: sooner })}</p> : null}
      {allowed ? null : <p className="font-semibold text-bad">{t("notAllowed")}</p>}
      {rows.length === 0 ? null : (
        <details className="mt-1">
          <summary className="cursor-pointer">{t("list")}</summary>
          <ul className="mt-1 list-disc pl-4 tabular">
            {rows.map(({ id, takenAt }) => (
              <li key={id} suppressHydrationWarning>
                {format.absolute(new Date(takenAt))}
              </li>
            ))}
          </ul>
          {removed > rows.length ? <p>{t("more", { count: removed - rows.length })}</p> : null}
        </details>
      )}
    </Alert>
  );
}

/** Whether the move takes points, so that a second person must approve it, and needs a reason. */
export function useTakesPoints(vmId: string, policyId: string | null): boolean {
  const trpc = useTRPC();
  const preview = useQuery(
    trpc.protection.preview.queryOptions(
      { vm: vmId, policy: policyId ?? "" },
      { enabled: policyId !== null },
    ),
  );
  return policyId !== null && (preview.data?.removed ?? 0) + (preview.data?.sooner ?? 0) > 0;
}
