"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { CredentialFields, TenantFields } from "#features/settings/connections/fields.tsx";
import {
  credentialProblems,
  emptyCredential,
  emptyTenant,
  tenantProblems,
  toCredential,
} from "#features/settings/connections/form.ts";
import { TestResult } from "#features/settings/connections/test-result.tsx";
import type { ConnectionView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { ErrorState } from "#ui/states.tsx";

const steps = ["tenant", "credential", "subscriptions"] as const;
type Step = (typeof steps)[number];

/** Adds a connection: tenant, credential, then the test and the subscriptions that it shows. */
export function AddConnectionDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("connections");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [step, setStep] = useState<Step>("tenant");
  const [tenant, setTenant] = useState(emptyTenant);
  const [credential, setCredential] = useState(emptyCredential);
  const [tried, setTried] = useState(false);
  const [added, setAdded] = useState<ConnectionView | null>(null);
  const formId = useId();
  const toTest = {
    onSuccess: async (view: ConnectionView) => {
      setAdded(view);
      setCredential({ ...credential, secret: "" });
      setStep("subscriptions");
      await outcome.refresh();
    },
  };
  const add = useMutation(trpc.connections.add.mutationOptions(toTest));
  const rotate = useMutation(trpc.connections.rotate.mutationOptions(toTest));
  if (step === "subscriptions" && added !== null) {
    return (
      <ChooseDialog
        title={t("form.title")}
        step={t("form.step", { step: 3, steps: steps.length, name: t("form.steps.subscriptions") })}
        connection={added}
        onClose={onClose}
        onBack={() => setStep("credential")}
      />
    );
  }
  const isFirst = step === "tenant";
  const problems = isFirst ? tenantProblems(tenant) : credentialProblems(credential);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length > 0) return;
    setTried(false);
    if (isFirst) setStep("credential");
    else if (added !== null) rotate.mutate({ connection: added.id, credential: toCredential(credential) });
    else {
      const { name, tenantId, cloud } = tenant;
      add.mutate({
        name: name.trim(),
        tenantId: tenantId.trim(),
        cloud,
        credential: toCredential(credential),
      });
    }
  };
  const error = added === null ? add.error : rotate.error;
  return (
    <Dialog
      open
      entered={tenant !== emptyTenant || credential !== emptyCredential}
      onOpenChange={onClose}
      title={t("form.title")}
      description={t("form.step", {
        step: steps.indexOf(step) + 1,
        steps: steps.length,
        name: t(`form.steps.${step}`),
      })}
      footer={
        <>
          {isFirst || added !== null ? (
            <Button onClick={onClose}>{ui("cancel")}</Button>
          ) : (
            <Button onClick={() => setStep("tenant")}>{t("form.back")}</Button>
          )}
          <Button tone="primary" type="submit" form={formId} busy={add.isPending || rotate.isPending}>
            {t(isFirst ? "form.next" : added === null ? "form.addSubmit" : "form.rotateSubmit")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {isFirst ? (
          <TenantFields form={tenant} problems={tried ? tenantProblems(tenant) : {}} onChange={setTenant} />
        ) : (
          <CredentialFields
            form={credential}
            problems={tried ? credentialProblems(credential) : {}}
            onChange={setCredential}
          />
        )}
        {error === null || isFirst ? null : <ErrorState compact error={error} />}
      </form>
    </Dialog>
  );
}

export interface ChooseProps {
  readonly title: string;
  readonly step?: string;
  readonly connection: ConnectionView;
  readonly onClose: () => void;
  readonly onBack?: () => void;
}

/** Shows the test while it runs, then the subscriptions to choose; saves and enables. */
export function ChooseDialog({ title, step, connection: first, onClose, onBack }: ChooseProps) {
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const query = useQuery(
    trpc.connections.get.queryOptions(
      { connection: first.id },
      {
        initialData: first,
        refetchInterval: ({ state }) => (state.data?.test.pending === true ? 1_000 : false),
      },
    ),
  );
  const connection = query.data;
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const readable = connection.test.result?.subscriptions.filter(({ error }) => error === null) ?? [];
  const present = connection.subscriptions.map(({ id }) => id);
  // A new connection reads everything that its identity was given; the user deselects.
  const ids = chosen ?? (present.length > 0 ? present : readable.map(({ id }) => id));
  const test = useMutation(trpc.connections.test.mutationOptions({ onSuccess: () => void query.refetch() }));
  const update = useMutation(trpc.connections.update.mutationOptions());
  const enable = useMutation(trpc.connections.enable.mutationOptions());
  const isEnabled = connection.state === "enabled";
  const save = async () => {
    const saved = await update.mutateAsync({ connection: connection.id, subscriptions: [...ids] });
    if (!isEnabled) await enable.mutateAsync({ connection: connection.id });
    onClose();
    await outcome.done(t(isEnabled ? "saved" : "enabled", { name: saved.name }));
  };
  const failed = connection.test.result?.error ?? null;
  const blocked = connection.test.pending
    ? t("testing")
    : connection.test.ok !== true
      ? t("untested")
      : ids.length === 0
        ? t("chooseNone")
        : null;
  return (
    <Dialog
      open
      entered={chosen !== null}
      onOpenChange={onClose}
      title={title}
      description={step ?? t("chooseText")}
      footer={
        <>
          {onBack === undefined || failed === null ? null : (
            <Button onClick={onBack}>{t("form.back")}</Button>
          )}
          <Button
            busy={test.isPending || connection.test.pending}
            onClick={() => test.mutate({ connection: connection.id })}
          >
            {t("form.again")}
          </Button>
          <Button
            tone="primary"
            disabledReason={blocked}
            busy={update.isPending || enable.isPending}
            onClick={() => void save().catch(() => undefined)}
          >
            {isEnabled ? t("save") : t("form.finish")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3" aria-live="polite">
        {step === undefined || readable.length === 0 ? null : (
          <p className="text-sm text-muted">{t("chooseText")}</p>
        )}
        <TestResult connection={connection} chosen={ids} onChoose={setChosen} />
        {update.error === null && enable.error === null ? null : (
          <ErrorState compact error={update.error ?? enable.error} />
        )}
      </div>
    </Dialog>
  );
}
