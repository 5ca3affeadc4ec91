"use client";
import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { AssignDialog } from "#features/policies/assign-dialog.tsx";
import { policyMessages } from "#features/policies/messages.ts";
import { PolicyEditor } from "#features/policies/policy-editor.tsx";
import type { PolicyView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { Tabs } from "#ui/tabs.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

const text = policyMessages.detail;
const crumbs = [{ label: policyMessages.title, href: "/policies" }];
const tabs = ["rules", "vms", "versions"] as const;

/** One policy: its rules with the live preview, its VMs, its versions. */
export function PolicyDetail({ id }: { id: string }) {
  const trpc = useTRPC();
  const policy = useQuery(trpc.policies.get.queryOptions({ policy: id }));
  if (policy.data !== undefined) return <LoadedPolicy policy={policy.data} />;
  return (
    <Page>
      <PageHeader title={policyMessages.columns.name} crumbs={crumbs} />
      {policy.error === null ? (
        <Card>
          <SkeletonLines lines={6} />
        </Card>
      ) : (
        <ErrorState error={policy.error} retrying={policy.isFetching} onRetry={() => void policy.refetch()} />
      )}
    </Page>
  );
}

function LoadedPolicy({ policy }: { policy: PolicyView }) {
  const refusal = useRefusal("protection:write");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("rules"));
  const [assigning, setAssigning] = useState(false);
  return (
    <Page>
      <PageHeader
        title={policy.name}
        crumbs={crumbs}
        status={
          <>
            <Badge>{text.version(policy.currentVersion)}</Badge>
            <Badge tone="accent">{policy.team?.name ?? policyMessages.everyTeam}</Badge>
          </>
        }
        description={policy.description === "" ? policy.sentence : policy.description}
        actions={
          <Button
            icon={<Link2 aria-hidden="true" />}
            disabledReason={refusal}
            onClick={() => setAssigning(true)}
          >
            {text.assign}
          </Button>
        }
      />
      <Tabs
        label={text.tabs}
        value={tab}
        onChange={(value) => void setTab(tabs.find((each) => each === value) ?? "rules")}
        items={[
          { value: "rules", label: text.rules, content: <PolicyEditor policy={policy} /> },
          { value: "vms", label: text.vms, count: policy.vms.length, content: <PolicyVms policy={policy} /> },
          {
            value: "versions",
            label: text.versions,
            count: policy.versions.length,
            content: <Versions policy={policy} />,
          },
        ]}
      />
      {assigning ? <AssignDialog policy={policy} onClose={() => setAssigning(false)} /> : null}
    </Page>
  );
}

function PolicyVms({ policy }: { policy: PolicyView }) {
  if (policy.vms.length === 0) {
    return (
      <Card>
        <EmptyState title={text.noVms}>{text.noVmsText}</EmptyState>
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
  return (
    <Card flush>
      <ol className="divide-y divide-line">
        {policy.versions.map((version) => (
          <li key={version.version} className="px-4 py-3">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="font-semibold">{text.version(version.version)}</span>
              {version.version === policy.currentVersion ? (
                <Status tone="ok" icon="check">
                  {text.inForce}
                </Status>
              ) : null}
              <span className="text-sm text-muted">
                <AbsoluteTime at={version.createdAt} /> {text.by} {version.createdBy.name}
              </span>
            </p>
            <p className="mt-0.5 text-muted">{version.sentence}</p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
