"use client";
import { type RuleConditions, type RuleVerdict, ruleVerdicts } from "@kluis/domain";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useWhyText, verdictLooks } from "#features/assignment-rules/rule-words.ts";
import type { RulePreview } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useDebounced } from "#lib/use-debounced.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { Pager } from "#ui/pager.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";

const pageSize = 20;

export interface DryRunProps {
  /** The saved rule that is edited; null: a new one. */
  readonly rule: string | null;
  /** Null while a field is wrong. */
  readonly draft: {
    readonly team: string;
    readonly policy: string;
    readonly conditions: RuleConditions;
    readonly position?: number;
  } | null;
}

/** What the rule of the form would do with each VM of the team, from the server. Asks 300 ms after the last change. */
export function DryRun({ rule, draft }: DryRunProps) {
  const t = useTranslations("assignmentRules.dryRun");
  const trpc = useTRPC();
  const [verdict, setVerdict] = useState<RuleVerdict | "all">("all");
  const [page, setPage] = useState(1);
  const settled = useDebounced(draft, 300);
  const asked = {
    ...(rule === null ? {} : { rule }),
    ...(verdict === "all" ? {} : { verdict }),
    page,
    pageSize,
  };
  const run = useQuery(
    trpc.rules.preview.queryOptions(settled === null ? skipToken : { ...asked, draft: settled }, {
      placeholderData: keepPreviousData,
      retry: false,
    }),
  );
  return (
    <Card title={t("title")} id="dry-run" className="xl:sticky xl:top-20">
      {run.error !== null ? (
        <ErrorState compact error={run.error} onRetry={() => void run.refetch()} />
      ) : run.data === undefined ? (
        settled === null ? (
          <p className="text-muted">{t("waiting")}</p>
        ) : (
          <SkeletonLines lines={6} />
        )
      ) : (
        <div aria-live="polite" className={draft === null ? "opacity-60" : undefined}>
          <DryRunBody
            run={run.data}
            verdict={verdict}
            onVerdict={(next) => {
              setPage(1);
              setVerdict(next);
            }}
            onPage={setPage}
          />
        </div>
      )}
    </Card>
  );
}

interface BodyProps {
  readonly run: RulePreview;
  readonly verdict: RuleVerdict | "all";
  readonly onVerdict: (verdict: RuleVerdict | "all") => void;
  readonly onPage: (page: number) => void;
}

function DryRunBody({ run, verdict, onVerdict, onPage }: BodyProps) {
  const t = useTranslations("assignmentRules");
  const format = useFormat();
  const errorView = useErrorView();
  const total = ruleVerdicts.reduce((sum, one) => sum + run.counts[one], 0);
  const found = ruleVerdicts.filter((one) => run.counts[one] > 0 || one === "matched");
  const block = run.block === null ? null : errorView(run.block);
  return (
    <div className="flex flex-col gap-3">
      {block === null ? null : (
        <Alert tone="bad" title={t("dryRun.blocked")}>
          {[block.message, block.action ?? []].flat().join(" ")}
        </Alert>
      )}
      <p className="text-sm text-muted">{t("dryRun.lead", { total })}</p>
      <ul aria-label={t("dryRun.title")} className="flex flex-col gap-1">
        {found.map((one) => (
          <li key={one} className="flex items-center justify-between gap-4">
            <Status look="plain" {...verdictLooks[one]}>
              {t(`verdicts.${one}`)}
            </Status>
            <span className="tabular text-sm font-medium">{format.number(run.counts[one])}</span>
          </li>
        ))}
      </ul>
      {total === 0 ? null : (
        <>
          <Select
            label={t("dryRun.show")}
            prefix={`${t("dryRun.show")}:`}
            value={verdict}
            options={[
              { value: "all" as const, label: t("dryRun.all") },
              ...ruleVerdicts
                .filter((one) => run.counts[one] > 0 || one === verdict)
                .map((value) => ({ value, label: t(`verdicts.${value}`) })),
            ]}
            onChange={onVerdict}
          />
          <ExplainedVms rows={run.rows} />
          <Pager
            page={run.page}
            pageSize={run.pageSize}
            shown={run.rows.length}
            total={run.total}
            hasMore={false}
            onPage={onPage}
          />
        </>
      )}
    </div>
  );
}

function ExplainedVms({ rows }: { readonly rows: RulePreview["rows"] }) {
  const t = useTranslations("assignmentRules");
  const why = useWhyText();
  if (rows.length === 0) return <p className="text-sm text-muted">{t("dryRun.none")}</p>;
  return (
    <ul className="divide-y divide-line border-y border-line">
      {rows.map((vm) => {
        const text = why(vm);
        return (
          <li key={vm.id} className="py-1.5 text-sm">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <Link href={`/vms/${vm.id}`} className="font-medium hover:underline">
                {vm.name}
              </Link>
              <Status look="plain" {...verdictLooks[vm.verdict]}>
                {t(`verdicts.${vm.verdict}`)}
              </Status>
            </div>
            <p className="text-xs text-faint wrap-anywhere">
              {[vm.resourceGroup, text].filter((part) => part !== "").join(" · ")}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
