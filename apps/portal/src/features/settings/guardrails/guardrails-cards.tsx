"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { GuardrailChanges } from "#features/settings/guardrails/guardrail-changes.tsx";
import { GuardrailsEditor } from "#features/settings/guardrails/guardrails-editor.tsx";
import { Violating, violatingCount } from "#features/settings/guardrails/violating.tsx";
import { useTRPC } from "#lib/trpc.tsx";
import { Card } from "#ui/card.tsx";
import { Pager } from "#ui/pager.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** The guardrails of the platform owner: what they restrict, what does not keep them, and what each version changed. */
export function GuardrailsCards() {
  const trpc = useTRPC();
  const guardrails = useQuery(trpc.guardrails.get.queryOptions());
  if (guardrails.data === undefined) {
    return (
      <Card>
        {guardrails.error === null ? (
          <SkeletonLines lines={8} />
        ) : (
          <ErrorState error={guardrails.error} onRetry={() => void guardrails.refetch()} />
        )}
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <RepairCard />
      <GuardrailsEditor guardrails={guardrails.data} />
      <HistoryCard />
    </div>
  );
}

function RepairCard() {
  const t = useTranslations("guardrails");
  const trpc = useTRPC();
  const found = useQuery(trpc.guardrails.violations.queryOptions());
  return (
    <Card title={t("repair")} description={t("repairLead")} id="repair">
      {found.data === undefined ? (
        found.error === null ? (
          <SkeletonLines lines={2} />
        ) : (
          <ErrorState compact error={found.error} onRetry={() => void found.refetch()} />
        )
      ) : violatingCount(found.data) === 0 ? (
        <Status look="plain" tone="ok" icon="check">
          {t("repairNone")}
        </Status>
      ) : (
        <Violating found={found.data} />
      )}
    </Card>
  );
}

const pageSize = 10;

function HistoryCard() {
  const t = useTranslations("guardrails");
  const trpc = useTRPC();
  const [page, setPage] = useState(1);
  const history = useQuery(trpc.guardrails.history.queryOptions({ page, pageSize }));
  const { data } = history;
  return (
    <Card title={t("history")} id="history" flush>
      {data === undefined ? (
        <div className="p-4">
          {history.error === null ? (
            <SkeletonLines lines={3} />
          ) : (
            <ErrorState compact error={history.error} onRetry={() => void history.refetch()} />
          )}
        </div>
      ) : data.total === 0 ? (
        <EmptyState title={t("historyNone")} />
      ) : (
        <>
          <ol className="divide-y divide-line">
            {data.rows.map(({ version, createdAt, createdBy, changes }) => (
              <li key={version} className="px-4 py-3">
                <p className="mb-1 flex flex-wrap items-baseline gap-x-3">
                  <span className="font-semibold">{t("versionOf", { version: String(version) })}</span>
                  <span className="text-sm text-muted">
                    {t.rich("historyBy", { name: createdBy.name, time: () => <TimeAgo at={createdAt} /> })}
                  </span>
                </p>
                <GuardrailChanges changes={changes} />
              </li>
            ))}
          </ol>
          <Pager
            page={page}
            pageSize={pageSize}
            shown={data.rows.length}
            total={data.total}
            hasMore={data.hasMore}
            onPage={setPage}
          />
        </>
      )}
    </Card>
  );
}
