"use client";
import type { OsType } from "@kluis/domain";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { RequestFields, useRequestOptions } from "#features/approvals/request-fields.tsx";
import { useAsked } from "#features/approvals/use-asked.ts";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import { ProtectionEffect, useTakesPoints } from "#features/policies/protection-effect.tsx";
import { usePolicySentence } from "#features/policies/use-policy-sentence.ts";
import type { PolicyRow, VmView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Check } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";

export interface ProtectDialogProps {
  readonly vmId: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Assigns a policy to a VM: which disks it covers, and what will happen in Azure and in the guest. */
export function ProtectDialog({ vmId, name, onClose }: ProtectDialogProps) {
  const t = useTranslations("protection");
  const trpc = useTRPC();
  const vm = useQuery(trpc.vms.get.queryOptions({ vm: vmId }));
  const policies = useQuery(trpc.policies.list.queryOptions());
  const error = vm.error ?? policies.error;
  const present = vm.data?.protection?.state === "active" ? vm.data.protection.policy.id : null;
  // A retired policy takes no VM, but keeps the one that it has.
  const offered = policies.data?.filter(({ id, retiredAt }) => retiredAt === null || id === present);
  if (vm.data !== undefined && offered !== undefined && offered.length > 0) {
    return <ProtectForm vm={vm.data} policies={offered} onClose={onClose} />;
  }
  return (
    <Dialog open onOpenChange={onClose} title={t("protect.title", { name })}>
      {error !== null ? (
        <ErrorState error={error} onRetry={() => void Promise.all([vm.refetch(), policies.refetch()])} />
      ) : offered?.length === 0 ? (
        <EmptyState
          title={t("protect.noPolicies")}
          action={
            <LinkButton tone="primary" href="/policies/new">
              {t("protect.createPolicy")}
            </LinkButton>
          }
        />
      ) : (
        <SkeletonLines lines={5} />
      )}
    </Dialog>
  );
}

interface FormProps {
  readonly vm: VmView;
  readonly policies: readonly PolicyRow[];
  readonly onClose: () => void;
}

function ProtectForm({ vm, policies, onClose }: FormProps) {
  const t = useTranslations("protection");
  const ui = useTranslations("ui");
  const sentence = usePolicySentence();
  const format = useFormat();
  const noticeText = useNotice();
  const trpc = useTRPC();
  const outcome = useOutcome();
  const asked = useAsked();
  const why = useReason();
  const request = useRequestOptions();
  const formId = useId();
  const current = vm.protection?.state === "active" ? vm.protection.policy.id : null;
  const [policy, setPolicy] = useState(current ?? policies[0]?.id ?? "");
  const [excluded, setExcluded] = useState<readonly string[]>(
    vm.disks.filter((disk) => disk.excluded || disk.unsupported !== null).map((disk) => disk.key),
  );
  const protect = useMutation(
    trpc.protection.set.mutationOptions({
      onSuccess: async ({ requested }) => {
        onClose();
        if (requested !== null) {
          asked(requested);
          return;
        }
        await outcome.done(
          current === null ? t("protect.done", { name: vm.name }) : t("protect.changed", { name: vm.name }),
        );
      },
    }),
  );
  const isMove = vm.protection !== null && policy !== "" && policy !== current;
  const takes = useTakesPoints(vm.id, isMove ? policy : null);
  const chosen = policies.find((row) => row.id === policy);
  const toggle = (key: string, include: boolean) =>
    setExcluded(include ? excluded.filter((each) => each !== key) : [...excluded, key]);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={
        current === null ? t("protect.title", { name: vm.name }) : t("protect.changeTitle", { name: vm.name })
      }
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button tone="primary" type="submit" form={formId} busy={protect.isPending}>
            {current === null ? t("protect.submit") : t("protect.submitChange")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = { vm: vm.id, policy, excludedDisks: [...excluded] };
          if (takes) why.submit((reason) => protect.mutate({ ...wanted, reason, ...request.options }));
          else protect.mutate(wanted);
        }}
      >
        <div>
          <p id={`${formId}-policy`} className="mb-1 text-sm font-medium">
            {t("protect.policy")}
          </p>
          <Select
            labelledBy={`${formId}-policy`}
            value={policy}
            options={policies.map((row) => ({
              value: row.id,
              label: row.name,
              hint: sentence(row.document),
            }))}
            onChange={setPolicy}
            className="w-full"
          />
          {chosen === undefined ? null : (
            <p className="mt-1 text-xs text-muted">{sentence(chosen.document)}</p>
          )}
        </div>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">{t("protect.disks")}</legend>
          <div className="flex flex-col gap-1.5">
            {vm.disks.map((disk) => (
              <Check
                key={disk.key}
                checked={!excluded.includes(disk.key)}
                disabled={disk.unsupported !== null}
                onChange={(event) => toggle(disk.key, event.target.checked)}
                label={t("protect.diskLabel", {
                  name: disk.name,
                  key: disk.key,
                  size: format.bytes(disk.bytes),
                })}
                hint={
                  disk.unsupported === null ? undefined : noticeText(disk.unsupportedNotice, disk.unsupported)
                }
              />
            ))}
          </div>
        </fieldset>
        {policy !== "" && policy !== current ? <ProtectionEffect vmId={vm.id} policyId={policy} /> : null}
        {takes ? (
          <div>
            <ReasonField label={t("protect.reason")} state={why} />
            <RequestFields state={request} />
          </div>
        ) : null}
        <Alert title={t("protect.happens")}>
          <p>{current === null ? t("protect.happensFirst") : t("protect.happensChange")}</p>
          {current === null ? <p className="mt-1">{t(`protect.${guestEffect(vm)}`)}</p> : null}
        </Alert>
        {protect.error === null ? null : <ErrorState compact error={protect.error} />}
      </form>
    </Dialog>
  );
}

/** Which effect protection has in this VM's guest. */
function guestEffect(vm: VmView): "stopped" | OsType {
  return vm.powerState === "running" ? vm.osType : "stopped";
}
