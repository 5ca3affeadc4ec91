"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { vmMessages } from "#features/vms/messages.ts";
import type { PolicyRow, VmView } from "#lib/api-types.ts";
import { formatBytes } from "#lib/format.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Check } from "#ui/field.tsx";
import { uiMessages } from "#ui/messages.ts";
import { Select } from "#ui/select.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";

const text = vmMessages.protectDialog;

export interface ProtectDialogProps {
  readonly vmId: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Puts a VM under a policy, or another one: which disks, and what happens in Azure and in the guest, before it happens. */
export function ProtectDialog({ vmId, name, onClose }: ProtectDialogProps) {
  const trpc = useTRPC();
  const vm = useQuery(trpc.vms.get.queryOptions({ vm: vmId }));
  const policies = useQuery(trpc.policies.list.queryOptions());
  const error = vm.error ?? policies.error;
  if (vm.data !== undefined && policies.data !== undefined && policies.data.length > 0) {
    return <ProtectForm vm={vm.data} policies={policies.data} onClose={onClose} />;
  }
  return (
    <Dialog open onOpenChange={onClose} title={text.title(name)}>
      {error !== null ? (
        <ErrorState error={error} onRetry={() => void Promise.all([vm.refetch(), policies.refetch()])} />
      ) : policies.data?.length === 0 ? (
        <EmptyState
          title={text.noPolicies}
          action={
            <LinkButton tone="primary" href="/policies/new">
              {text.createPolicy}
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
  const trpc = useTRPC();
  const outcome = useOutcome();
  const formId = useId();
  const current = vm.protection?.state === "active" ? vm.protection.policy.id : null;
  const [policy, setPolicy] = useState(current ?? policies[0]?.id ?? "");
  const [excluded, setExcluded] = useState<readonly string[]>(
    vm.disks.filter((disk) => disk.excluded || disk.unsupported !== null).map((disk) => disk.key),
  );
  const protect = useMutation(
    trpc.protection.set.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(current === null ? text.done(vm.name) : text.changed(vm.name));
      },
    }),
  );
  const chosen = policies.find((row) => row.id === policy);
  const toggle = (key: string, include: boolean) =>
    setExcluded(include ? excluded.filter((each) => each !== key) : [...excluded, key]);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={current === null ? text.title(vm.name) : text.changeTitle(vm.name)}
      footer={
        <>
          <Button onClick={onClose}>{uiMessages.cancel}</Button>
          <Button tone="primary" type="submit" form={formId} busy={protect.isPending}>
            {current === null ? text.submit : text.submitChange}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          protect.mutate({ vm: vm.id, policy, excludedDisks: [...excluded] });
        }}
      >
        <div>
          <p id={`${formId}-policy`} className="mb-1 text-sm font-medium">
            {text.policy}
          </p>
          <Select
            labelledBy={`${formId}-policy`}
            value={policy}
            options={policies.map((row) => ({ value: row.id, label: row.name, hint: row.sentence }))}
            onChange={setPolicy}
            className="w-full"
          />
          {chosen === undefined ? null : <p className="mt-1 text-xs text-muted">{chosen.sentence}</p>}
        </div>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">{text.disks}</legend>
          <div className="flex flex-col gap-1.5">
            {vm.disks.map((disk) => (
              <Check
                key={disk.key}
                checked={!excluded.includes(disk.key)}
                disabled={disk.unsupported !== null}
                onChange={(event) => toggle(disk.key, event.target.checked)}
                label={`${disk.name} (${disk.key}, ${formatBytes(disk.bytes)})`}
                hint={disk.unsupported ?? undefined}
              />
            ))}
          </div>
        </fieldset>
        <Alert title={text.happens}>
          <p>{current === null ? text.happensFirst : text.happensChange}</p>
          {current === null ? <p className="mt-1">{guestSentence(vm)}</p> : null}
        </Alert>
        {protect.error === null ? null : <ErrorState compact error={protect.error} />}
      </form>
    </Dialog>
  );
}

/** What protection does to this VM's guest, told before it is done. */
function guestSentence(vm: VmView): string {
  if (vm.powerState !== "running") return text.stopped;
  return vm.osType === "windows" ? text.windows : text.linux;
}
