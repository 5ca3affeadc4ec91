"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RuleEditor } from "#features/assignment-rules/rule-editor.tsx";
import type { RuleView } from "#lib/api-types.ts";
import { failureOf } from "#lib/failure.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

function useCrumbs() {
  const t = useTranslations("assignmentRules");
  const policies = useTranslations("policies");
  return [
    { label: policies("title"), href: "/policies" },
    { label: t("title"), href: "/policies/rules" },
  ];
}

/** The page that writes a new rule. */
export function NewRule() {
  const t = useTranslations("assignmentRules");
  const crumbs = useCrumbs();
  const refusal = useRefusal("protection:write");
  return (
    <Page>
      <PageHeader title={t("create")} crumbs={crumbs} description={t("lead")} />
      {refusal === null ? <Loaded rule={null} /> : <ErrorState error={failureOf("FORBIDDEN")} />}
    </Page>
  );
}

/** One rule with its dry run. */
export function RuleDetail({ id }: { readonly id: string }) {
  const t = useTranslations("assignmentRules");
  const crumbs = useCrumbs();
  const trpc = useTRPC();
  const rule = useQuery(trpc.rules.get.queryOptions({ rule: id }));
  return (
    <DetailFrame query={rule} kind={t("one")} crumbs={crumbs}>
      {(data) => <LoadedRule key={data.version} rule={data} />}
    </DetailFrame>
  );
}

function LoadedRule({ rule }: { readonly rule: RuleView }) {
  const t = useTranslations("assignmentRules");
  const crumbs = useCrumbs();
  const errorView = useErrorView();
  const [removing, setRemoving] = useState(false);
  useTabTitle(rule.name);
  const block = rule.block === null ? null : errorView(rule.block);
  return (
    <Page>
      <PageHeader
        title={rule.name}
        crumbs={crumbs}
        description={t("place", { position: rule.position, team: rule.team.name })}
        actions={
          rule.can.edit ? (
            <Button tone="danger" icon={<Trash2 aria-hidden="true" />} onClick={() => setRemoving(true)}>
              {t("editor.remove")}
            </Button>
          ) : null
        }
      />
      <div className="flex flex-col gap-4">
        {block === null || !rule.enabled ? null : (
          <Alert tone="bad" title={t("blocked")}>
            {[block.message, block.action ?? []].flat().join(" ")}
          </Alert>
        )}
        <Loaded rule={rule} />
      </div>
      {removing ? <RemoveDialog rule={rule} onClose={() => setRemoving(false)} /> : null}
    </Page>
  );
}

function Loaded({ rule }: { readonly rule: RuleView | null }) {
  const trpc = useTRPC();
  const rules = useQuery(trpc.rules.list.queryOptions());
  const policies = useQuery(trpc.policies.list.queryOptions());
  const failed = [rules, policies].find(({ error }) => error !== null);
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (rules.data === undefined || policies.data === undefined)
    return (
      <Card>
        <SkeletonLines lines={6} />
      </Card>
    );
  const { rows, teams } = rules.data;
  return <RuleEditor rule={rule} teams={teams} rules={rows} policies={policies.data} />;
}

function RemoveDialog({ rule, onClose }: { readonly rule: RuleView; readonly onClose: () => void }) {
  const t = useTranslations("assignmentRules.editor");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const remove = useMutation(
    trpc.rules.delete.mutationOptions({
      onSuccess: ({ name }) => {
        router.push("/policies/rules");
        return outcome.done(t("removed", { name }));
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("removeTitle", { name: rule.name })}
      description={<p>{t("removeText", { vms: rule.vms })}</p>}
      action={t("remove")}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ rule: rule.id })}
      error={remove.error === null ? undefined : <ErrorState compact error={remove.error} />}
    />
  );
}
