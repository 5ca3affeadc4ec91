"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { EndExclusion } from "#features/assignment-rules/exclusion-list.tsx";
import type { RuleOfVm, VmView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useErrorView } from "#lib/use-error-view.ts";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";

const ExcludeDialog = dynamic(() =>
  import("#features/assignment-rules/exclude-dialog.tsx").then((module) => module.ExcludeDialog),
);

/** What the assignment rules do with a VM, and its exclusion. */
export function VmRules({ vm }: { readonly vm: VmView }) {
  const t = useTranslations("assignmentRules");
  const trpc = useTRPC();
  const format = useFormat();
  const errorView = useErrorView();
  const [asking, setAsking] = useState(false);
  const rules = useQuery(trpc.rules.ofVm.queryOptions({ vm: vm.id }));
  const { data } = rules;
  const sentence = useSentence(data);
  return (
    <Card
      title={t("vm.title")}
      id="assignment"
      actions={
        data?.can.exclude !== true ? null : data.exclusionId === null ? (
          <Button size="sm" onClick={() => setAsking(true)}>
            {t("vm.exclude")}
          </Button>
        ) : (
          <EndExclusion id={data.exclusionId} name={vm.name} />
        )
      }
    >
      {rules.error !== null ? (
        <ErrorState compact error={rules.error} onRetry={() => void rules.refetch()} />
      ) : data === undefined ? (
        <SkeletonLines lines={2} />
      ) : (
        <div className="flex flex-col gap-2 text-sm">
          {data.exclusion === null ? null : (
            <Status look="plain" tone="warn" icon="off" wraps>
              {t("vm.excluded", {
                ...data.exclusion,
                until: format.day(data.exclusion.until.slice(0, 10)),
              })}
            </Status>
          )}
          <p>{sentence}</p>
          {data.verdict === "refused" && data.refusal !== null ? (
            <p className="text-muted">
              {data.error === null ? t(`refusals.${data.refusal}`) : errorView(data.error).message}
            </p>
          ) : null}
        </div>
      )}
      {asking ? <ExcludeDialog vmId={vm.id} name={vm.name} onClose={() => setAsking(false)} /> : null}
    </Card>
  );
}

/** The rules and the VM in one sentence. */
function useSentence(data: RuleOfVm | undefined): string {
  const t = useTranslations("assignmentRules.vm");
  if (data === undefined) return "";
  const { verdict, rule, assigned } = data;
  if (assigned !== null) return t(assigned.matches ? "assigned" : "assignedLeft", { rule: assigned.name });
  if (verdict === "stopped") return t("stopped");
  if (verdict === "protected") return t("protected");
  if (verdict === "not-matched") return t("none");
  if (rule === null) return t("hidden");
  if (verdict === "refused") return t("refused", { rule: rule.name });
  return verdict === "matched" ? t("matched", { rule: rule.name }) : "";
}
