"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RequestFields, useRequestOptions } from "#features/approvals/request-fields.tsx";
import { useAsked } from "#features/approvals/use-asked.ts";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import { ProtectionEffect, useTakesPoints } from "#features/policies/protection-effect.tsx";
import { usePolicySentence } from "#features/policies/use-policy-sentence.ts";
import { VmStatusBadge } from "#features/vms/vm-status.tsx";
import type { PolicyView, VmRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { defined } from "#lib/url-state.ts";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { SearchBox } from "#ui/filter-bar.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";

/** Assigns the policy to VMs, one after the other, without leaving its page. A VM with a policy first shows what its points lose. */
export function AssignDialog({ policy, onClose }: { policy: PolicyView; onClose: () => void }) {
  const t = useTranslations("policies");
  const sentence = usePolicySentence();
  const trpc = useTRPC();
  const [search, setSearch] = useState("");
  const vms = useQuery(
    trpc.vms.list.queryOptions(
      {
        ...defined({ search: search.trim() }),
        status: ["unprotected", "stopped", "protected", "waiting", "at-risk", "failing"],
        sort: "status",
        pageSize: 20,
      },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("detail.assignTitle", { name: policy.name })}
      description={sentence(policy.document)}
    >
      <SearchBox label={t("detail.assignSearch")} value={search} onChange={setSearch} />
      <div className="mt-3">
        {vms.error !== null ? (
          <ErrorState compact error={vms.error} onRetry={() => void vms.refetch()} />
        ) : vms.data === undefined ? (
          <SkeletonLines lines={4} />
        ) : vms.data.rows.length === 0 ? (
          <EmptyState kind="filtered" title={t("detail.assignNone")} />
        ) : (
          <ul className="divide-y divide-line">
            {vms.data.rows.map((vm) => (
              <AssignRow key={vm.id} vm={vm} policy={policy} />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function AssignRow({ vm, policy }: { vm: VmRow; policy: PolicyView }) {
  const t = useTranslations("policies");
  const effects = useTranslations("policyEffects");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const follow = useAsked();
  const why = useReason();
  const request = useRequestOptions();
  const assign = useMutation(
    trpc.protection.set.mutationOptions({
      onSuccess: ({ requested }) =>
        requested === null
          ? outcome.done(t("detail.assigned", { policy: policy.name, vm: vm.name }))
          : follow(requested),
      onError: outcome.failed(t("detail.assignFailed")),
    }),
  );
  const [asked, setAsked] = useState(false);
  const already = vm.policy?.id === policy.id && vm.status !== "stopped";
  const takes = useTakesPoints(vm.id, asked && !already ? policy.id : null);
  const wanted = { vm: vm.id, policy: policy.id };
  const assignNow = () =>
    takes
      ? why.submit((reason) => assign.mutate({ ...wanted, reason, ...request.options }))
      : assign.mutate(wanted);
  return (
    <li className="py-2">
      <div className="flex items-center justify-between gap-3">
        <span className="min-w-0">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{vm.name}</span>
            <VmStatusBadge status={vm.status} />
          </span>
          <span className="block text-xs text-faint">
            {vm.policy === null
              ? vm.resourceGroup
              : t("detail.groupAndPolicy", { group: vm.resourceGroup, policy: vm.policy.name })}
          </span>
        </span>
        <Button
          size="sm"
          busy={assign.isPending}
          disabledReason={already ? t("detail.current") : null}
          aria-label={t("detail.assignTo", { vm: vm.name })}
          onClick={() => (vm.policy === null ? assignNow() : setAsked(true))}
        >
          {t("detail.assignOne")}
        </Button>
      </div>
      {asked && vm.policy !== null && !already ? (
        <div className="mt-2 flex flex-col gap-2">
          <ProtectionEffect vmId={vm.id} policyId={policy.id} />
          {takes ? (
            <div>
              <ReasonField label={t("detail.moveReason")} state={why} />
              <RequestFields state={request} />
            </div>
          ) : null}
          <div className="flex justify-end gap-2">
            <Button size="sm" onClick={() => setAsked(false)}>
              {effects("cancel", { policy: vm.policy.name })}
            </Button>
            <Button size="sm" tone="primary" busy={assign.isPending} onClick={assignNow}>
              {effects("change", { policy: policy.name })}
            </Button>
          </div>
        </div>
      ) : null}
    </li>
  );
}
