"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { WaitingNotice } from "#features/approvals/waiting-notice.tsx";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { VmChangedRanges } from "#features/vms/vm-changed-ranges.tsx";
import { VmConnection } from "#features/vms/vm-connection.tsx";
import { VmDetailActions } from "#features/vms/vm-detail-actions.tsx";
import { VmDisks } from "#features/vms/vm-disks.tsx";
import { VmFacts, VmProtection } from "#features/vms/vm-facts.tsx";
import { VmFailure } from "#features/vms/vm-failure.tsx";
import { VmHistory } from "#features/vms/vm-history.tsx";
import { VmJobs, VmPoints } from "#features/vms/vm-lists.tsx";
import { VmProblem } from "#features/vms/vm-problem.tsx";
import { VmRaised } from "#features/vms/vm-raised.tsx";
import { VmSnapshots } from "#features/vms/vm-snapshots.tsx";
import { VmStatusBadge } from "#features/vms/vm-status.tsx";
import { VmSuitability } from "#features/vms/vm-suitability.tsx";
import type { VmView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Tabs } from "#ui/tabs.tsx";

const VmRules = dynamic(() =>
  import("#features/assignment-rules/vm-rules.tsx").then((module) => module.VmRules),
);

const tabs = ["points", "jobs", "disks", "snapshots", "protection"] as const;

/** One virtual machine: its status, recovery points, jobs, disks and actions. */
export function VmDetail({ id }: { id: string }) {
  const t = useTranslations("vms");
  const trpc = useTRPC();
  useLiveJobs();
  const vm = useQuery(trpc.vms.get.queryOptions({ vm: id }, { refetchInterval: every(30_000) }));
  return (
    <DetailFrame query={vm} kind={t("one")} crumbs={[{ label: t("title"), href: "/vms" }]}>
      {(data) => <LoadedVm vm={data} />}
    </DetailFrame>
  );
}

function LoadedVm({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const notice = useNotice();
  useTabTitle(vm.name);
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("points"));
  return (
    <Page>
      <PageHeader
        title={vm.name}
        crumbs={[{ label: t("title"), href: "/vms" }]}
        status={<VmStatusBadge status={vm.status} />}
        description={notice(vm.statusReasonNotice, vm.statusReason)}
        actions={<VmDetailActions vm={vm} />}
      />
      <div className="flex flex-col gap-4">
        {vm.status === "deleted" ? (
          <Alert tone="warn" title={t("detail.deletedTitle")}>
            {t("detail.deletedText")}
          </Alert>
        ) : null}
        {vm.status === "unprotected" ? (
          <Alert tone="warn" title={t("detail.unprotectedTitle")}>
            {t("detail.unprotectedText")}
          </Alert>
        ) : null}
        <WaitingNotice of={{ vm: vm.id }} />
        <VmFailure vm={vm} />
        <VmRaised vm={vm} />
        <VmConnection vm={vm} />
        <VmProblem vm={vm} />
        <VmChangedRanges vm={vm} />
        <VmSuitability vm={vm} />
        <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,24rem)]">
          <Card title={t("detail.facts")} id="facts">
            <VmFacts vm={vm} />
          </Card>
          <Card title={t("detail.history")} id="history">
            <VmHistory days={vm.history} />
          </Card>
        </div>
        <Tabs
          label={t("detail.tabs")}
          value={tab}
          onChange={(value) => void setTab(tabs.find((each) => each === value) ?? "points")}
          items={[
            {
              value: "points",
              label: t("detail.points"),
              count: vm.pointCount,
              content: <VmPoints vm={vm} />,
            },
            { value: "jobs", label: t("detail.jobs"), content: <VmJobs vm={vm} /> },
            {
              value: "disks",
              label: t("detail.disks"),
              count: vm.disks.length,
              content: <VmDisks vm={vm} />,
            },
            {
              value: "snapshots",
              label: t("snapshots.title"),
              count: vm.snapshots.length,
              content: <VmSnapshots vm={vm} />,
            },
            {
              value: "protection",
              label: t("detail.protection"),
              content: (
                <div className="flex flex-col gap-4">
                  <VmProtection vm={vm} />
                  <VmRules vm={vm} />
                </div>
              ),
            },
          ]}
        />
      </div>
    </Page>
  );
}
