"use client";
import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { WaitingNotice } from "#features/approvals/waiting-notice.tsx";
import { ViolationList } from "#features/guardrails/violation-list.tsx";
import { AssignDialog } from "#features/policies/assign-dialog.tsx";
import { PolicyActions } from "#features/policies/policy-actions.tsx";
import { PolicyChanges } from "#features/policies/policy-changes.tsx";
import { PolicyEditor } from "#features/policies/policy-editor.tsx";
import { RetiredBadge } from "#features/policies/retired-badge.tsx";
import { usePolicySentence } from "#features/policies/use-policy-sentence.ts";
import type { PolicyView } from "#lib/api-types.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { Tabs } from "#ui/tabs.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

const tabs = ["rules", "vms", "versions"] as const;

/** One policy: its rules with the live preview, its VMs, its versions. */
export function PolicyDetail({ id }: { id: string }) {
  const t = useTranslations("policies");
  const trpc = useTRPC();
  const policy = useQuery(trpc.policies.get.queryOptions({ policy: id }));
  return (
    <DetailFrame query={policy} kind={t("one")} crumbs={[{ label: t("title"), href: "/policies" }]}>
      {(data) => <LoadedPolicy policy={data} />}
    </DetailFrame>
  );
}

function LoadedPolicy({ policy }: { policy: PolicyView }) {
  const t = useTranslations("policies");
  const sentence = usePolicySentence();
  const lifecycle = useTranslations("policyActions");
  const notAllowed = useRefusal("protection:write");
  const refusal = policy.retiredAt === null ? notAllowed : lifecycle("noAssign");
  useTabTitle(policy.name);
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("rules"));
  const [assigning, setAssigning] = useState(false);
  return (
    <Page>
      <PageHeader
        title={policy.name}
        crumbs={[{ label: t("title"), href: "/policies" }]}
        status={
          <>
            <Badge>{t("detail.version", { version: policy.currentVersion })}</Badge>
            <Badge tone="accent">{policy.team?.name ?? t("everyTeam")}</Badge>
            <RetiredBadge policy={policy} />
          </>
        }
        description={
          policy.description === "" ? sentence(policy.document) : <span data-value>{policy.description}</span>
        }
        actions={
          <>
            <Button
              icon={<Link2 aria-hidden="true" />}
              disabledReason={refusal}
              onClick={() => setAssigning(true)}
            >
              {t("detail.assign")}
            </Button>
            <PolicyActions policy={policy} />
          </>
        }
      />
      {policy.retiredAt === null ? null : (
        <div className="mb-4">
          <Alert title={lifecycle("alert")}>
            {lifecycle("alertText", { vms: policy.governedVms ?? policy.vmCount })}
          </Alert>
        </div>
      )}
      <div className="mb-4 empty:hidden">
        <WaitingNotice of={{ policy: policy.id }} />
      </div>
      <OutsideGuardrails policy={policy} />
      <Tabs
        label={t("detail.tabs")}
        value={tab}
        onChange={(value) => void setTab(tabs.find((each) => each === value) ?? "rules")}
        items={[
          { value: "rules", label: t("detail.rules"), content: <PolicyEditor policy={policy} /> },
          {
            value: "vms",
            label: t("detail.vms"),
            count: policy.vms.length,
            content: <PolicyVms policy={policy} />,
          },
          {
            value: "versions",
            label: t("detail.versions"),
            count: policy.versions.length,
            content: <Versions policy={policy} />,
          },
        ]}
      />
      {assigning ? <AssignDialog policy={policy} onClose={() => setAssigning(false)} /> : null}
    </Page>
  );
}

/** The guardrails that the saved rules do not keep. */
function OutsideGuardrails({ policy }: { policy: PolicyView }) {
  const t = useTranslations("guardrails");
  if (policy.violations.length === 0) return null;
  return (
    <div className="mb-4">
      <Alert tone="warn" title={t("policyAlert")}>
        <p className="mb-1.5">{t("policyAlertText")}</p>
        <ViolationList violations={policy.violations} />
      </Alert>
    </div>
  );
}

function PolicyVms({ policy }: { policy: PolicyView }) {
  const t = useTranslations("policies");
  if (policy.vms.length === 0) {
    return (
      <Card>
        <EmptyState title={t("detail.noVms")}>{t("detail.noVmsText")}</EmptyState>
      </Card>
    );
  }
  return (
    <Card flush>
      <ul className="divide-y divide-line">
        {policy.vms.map((vm) => (
          <li key={vm.id}>
            <Link
              href={`/vms/${vm.id}`}
              className="block px-4 py-2.5 font-medium -outline-offset-2 hover:bg-hover/60"
            >
              {vm.name}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Versions({ policy }: { policy: PolicyView }) {
  const t = useTranslations("policies");
  const changes = useTranslations("policyChanges");
  const sentence = usePolicySentence();
  return (
    <Card flush>
      <ol className="divide-y divide-line">
        {policy.versions.map((version) => (
          <li key={version.version} className="px-4 py-3">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="font-semibold">{t("detail.version", { version: version.version })}</span>
              {version.version === policy.currentVersion ? (
                <Status tone="ok" icon="check">
                  {t("detail.inForce")}
                </Status>
              ) : null}
              <span className="text-sm text-muted">
                {t.rich("detail.byWhom", {
                  name: version.createdBy.name,
                  time: () => <AbsoluteTime at={version.createdAt} />,
                })}
              </span>
            </p>
            <p className="mt-0.5 text-muted">{sentence(version.document)}</p>
            {version.changes.length === 0 ? null : (
              <section className="mt-2">
                <h3 className="eyebrow mb-1">{changes("title", { version: String(version.version - 1) })}</h3>
                <PolicyChanges changes={version.changes} />
              </section>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}
