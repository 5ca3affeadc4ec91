"use client";
import { ledgerKinds } from "@kluis/domain";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { useCallback, useState } from "react";
import { auditColumns, eventName } from "#features/audit/audit-columns.tsx";
import { EventDialog } from "#features/audit/event-dialog.tsx";
import { periodInput } from "#features/reports/period.ts";
import type { AuditRow, LedgerVerification } from "#lib/api-types.ts";
import { failureOf } from "#lib/failure.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { defined, listOptions, parseAsAnyOf, unlessEmpty } from "#lib/url-state.ts";
import { useFormat } from "#lib/use-format.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { DataTable } from "#ui/data-table.tsx";
import { DateInput } from "#ui/date-input.tsx";
import { FilterBar, SearchBox } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows } from "#ui/paged-table.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState } from "#ui/states.tsx";

const params = {
  search: parseAsString.withDefault(""),
  kind: parseAsAnyOf(ledgerKinds),
  from: parseAsString.withDefault(""),
  to: parseAsString.withDefault(""),
};

/** The ledger: newest first, filters in the address, and a button that verifies the chain. */
export function Audit() {
  const t = useTranslations("audit");
  const refusal = useRefusal("audit:read");
  const [verification, setVerification] = useState<LedgerVerification | null>(null);
  return (
    <Page>
      <PageHeader
        title={t("title")}
        description={refusal === null ? t("lead") : t("forbidden")}
        actions={<VerifyButton refusal={refusal} onVerified={setVerification} />}
      />
      {refusal === null ? (
        <div className="flex flex-col gap-4">
          {verification === null ? null : <VerificationResult result={verification} />}
          <AuditTable />
        </div>
      ) : (
        <ErrorState error={failureOf("FORBIDDEN")} />
      )}
    </Page>
  );
}

interface VerifyButtonProps {
  readonly refusal: string | null;
  readonly onVerified: (result: LedgerVerification) => void;
}

function VerifyButton({ refusal, onVerified }: VerifyButtonProps) {
  const t = useTranslations("audit");
  const trpc = useTRPC();
  const verify = useMutation(trpc.audit.verify.mutationOptions({ onSuccess: onVerified }));
  return (
    <div className="flex flex-col items-end gap-2">
      <Button
        icon={<Link2 aria-hidden="true" />}
        disabledReason={refusal}
        busy={verify.isPending}
        onClick={() => verify.mutate()}
      >
        {t("verify")}
      </Button>
      {verify.error === null ? null : <ErrorState compact error={verify.error} />}
    </div>
  );
}

function VerificationResult({ result }: { result: LedgerVerification }) {
  const t = useTranslations("audit");
  return (
    <div role="status">
      {result.ok ? (
        <Alert
          tone={result.unchecked === null ? "ok" : "warn"}
          title={t("verified", { events: result.events })}
        >
          {result.unchecked === null ? null : <p>{result.unchecked}</p>}
          {t("verifiedHead", { head: result.head?.seq ?? 0, anchors: result.anchors })}{" "}
          {t("verifiedReach", {
            to: result.anchoredTo ?? 0,
            later: (result.head?.seq ?? 0) - (result.anchoredTo ?? 0),
          })}
          {result.head === null ? null : (
            <code className="block font-mono text-xs break-all">{result.head.digest}</code>
          )}
        </Alert>
      ) : (
        <Alert
          tone="bad"
          title={
            result.problem?.kind === "unanchored"
              ? t("unproven", { events: result.events })
              : t("broken", { seq: result.problem?.seq ?? 0 })
          }
        >
          {result.problem?.message}
        </Alert>
      )}
    </div>
  );
}

function AuditTable() {
  const t = useTranslations("audit");
  const jobs = useTranslations("jobs");
  const format = useFormat();
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(params, listOptions);
  const [shown, setShown] = useState<AuditRow | null>(null);
  // The event numbers at which older pages begin; empty on the newest page.
  const [befores, setBefores] = useState<readonly number[]>([]);
  const before = befores.at(-1);
  const events = useQuery(
    trpc.audit.list.queryOptions(
      {
        ...defined({ search: state.search.trim(), kind: unlessEmpty(state.kind), before }),
        ...periodInput({ from: state.from, to: state.to }),
        limit: 50,
      },
      { placeholderData: keepPreviousData },
    ),
  );
  const change = useCallback(
    (patch: Partial<typeof state>) => {
      setBefores([]);
      void setState(patch);
    },
    [setState],
  );
  const filtered = state.search !== "" || state.kind.length > 0 || state.from !== "" || state.to !== "";
  const search = useCallback((value: string) => change({ search: value }), [change]);
  const total = events.data?.total;
  const next = events.data?.next ?? null;
  return (
    <Card flush>
      <FilterBar
        active={filtered}
        onClear={() => change({ search: "", kind: [], from: "", to: "" })}
        trailing={
          total === undefined ? null : (
            <span className="text-sm text-faint tabular">
              {t(events.data?.hasMore === true ? "moreEvents" : "events", { count: total })}
            </span>
          )
        }
      >
        <SearchBox label={t("search")} value={state.search} onChange={search} />
        <Select
          label={t("filters.kind")}
          prefix={`${t("filters.kind")}:`}
          value={state.kind[0] ?? "all"}
          options={[
            { value: "all" as const, label: t("filters.all") },
            ...ledgerKinds.map((value) => ({ value, label: eventName(value, t) })),
          ]}
          onChange={(value) => change({ kind: value === "all" ? [] : [value] })}
        />
        {(["from", "to"] as const).map((key) => (
          <span key={key} className="inline-flex items-center gap-2 text-sm text-muted">
            <span aria-hidden="true">{t(`filters.${key}`)}</span>
            <DateInput
              label={t(`filters.${key}`)}
              value={state[key]}
              onChange={(value) => change({ [key]: value })}
            />
          </span>
        ))}
      </FilterBar>
      <DataTable
        label={t("title")}
        columns={auditColumns({ audit: t, jobs, format }, setShown)}
        rows={events.data?.rows}
        refreshing={events.isPlaceholderData}
        rowKey={(row) => String(row.seq)}
        error={events.error}
        onRetry={() => void events.refetch()}
        skeletonRows={10}
        empty={
          <NoRows
            filtered={filtered}
            filteredTitle={t("filteredTitle")}
            filteredText={t("filteredText")}
            title={t("emptyTitle")}
            text={t("emptyText")}
          />
        }
        footer={
          next === null && befores.length === 0 ? undefined : (
            <div className="flex justify-end gap-1 border-t border-line px-4 py-2">
              <Button
                size="sm"
                disabled={befores.length === 0}
                onClick={() => setBefores(befores.slice(0, -1))}
              >
                {t("newer")}
              </Button>
              <Button
                size="sm"
                disabled={next === null}
                onClick={() => {
                  if (next !== null) setBefores([...befores, next]);
                }}
              >
                {t("older")}
              </Button>
            </div>
          )
        }
      />
      {shown === null ? null : <EventDialog event={shown} onClose={() => setShown(null)} />}
    </Card>
  );
}
