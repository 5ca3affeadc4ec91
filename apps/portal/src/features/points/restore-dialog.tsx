"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { skipToken, useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useId } from "react";
import { useForm, useWatch } from "react-hook-form";
import { accessWord } from "#features/points/azure-words.ts";
import { RestoreChoice } from "#features/points/restore-choice.tsx";
import {
  type RestoreForm,
  restoreAccesses,
  restoreEncryptions,
  restoreFormSchema,
  restoreInput,
  restoreProblem,
  restoreSkus,
  restoreZones,
  suggestedName,
} from "#features/points/restore-form.ts";
import { RestorePlanView } from "#features/points/restore-plan.tsx";
import type { PointView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useDebounced } from "#lib/use-debounced.ts";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { ErrorState } from "#ui/states.tsx";

/** Few points are damaged. */
const RestoreMissing = lazy(() => import("#features/points/restore-missing.tsx"));

export interface RestoreDialogProps {
  readonly point: PointView;
  readonly diskKey: string;
  readonly onClose: () => void;
}

/** Restores one disk to a new managed disk: its name, what will happen in Azure, then the job. */
export function RestoreDialog({ point, diskKey, onClose }: RestoreDialogProps) {
  const t = useTranslations("restores");
  const ui = useTranslations("ui");
  const facts = useTranslations("diskFacts");
  const words = { restores: t, validation: useTranslations("validation") };
  const trpc = useTRPC();
  const router = useRouter();
  const outcome = useOutcome();
  const formId = useId();
  const disk = point.disks.find((each) => each.key === diskKey);
  const hasCustomerKey = typeof disk?.facts?.encryption?.diskEncryptionSetId === "string";
  const form = useForm<RestoreForm>({
    resolver: zodResolver(restoreFormSchema),
    mode: "onTouched",
    defaultValues: {
      name: suggestedName(disk?.name ?? diskKey, new Date(point.takenAt)),
      resourceGroup: "",
      sku: "same",
      zone: "same",
      encryption: "same",
      access: "same",
      skipDamaged: false,
    },
  });
  const values = useWatch({ control: form.control, compute: (all: RestoreForm) => all });
  const wanted = useDebounced(restoreInput(values, { point: point.id, disk: diskKey }), 350);
  const plan = useQuery(trpc.restores.plan.queryOptions(wanted ?? skipToken, { retry: false }));
  const create = useMutation(
    trpc.restores.create.mutationOptions({
      onSuccess: ({ jobId }) => {
        onClose();
        void outcome.done(t("started"));
        router.push(`/jobs/${jobId}`);
      },
    }),
  );
  const submit = form.handleSubmit((all) => {
    const input = restoreInput(all, { point: point.id, disk: diskKey });
    if (input !== null) create.mutate(input);
  });
  const problemOf = (field: "name" | "resourceGroup") =>
    form.formState.errors[field] === undefined ? undefined : restoreProblem(field, words);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("title", { disk: disk?.name ?? diskKey })}
      description={t("lead")}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button
            tone="primary"
            type="submit"
            form={formId}
            busy={create.isPending}
            disabled={plan.data === undefined}
          >
            {values.skipDamaged ? t("submitInPart") : t("submit")}
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <Field label={t("name")} error={problemOf("name")}>
          <Input {...form.register("name")} autoComplete="off" spellCheck={false} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("group")} hint={t("groupHint")} error={problemOf("resourceGroup")}>
            <Input {...form.register("resourceGroup")} autoComplete="off" spellCheck={false} />
          </Field>
          <RestoreChoice
            form={form}
            name="sku"
            label={t("sku")}
            options={[
              { value: "same" as const, label: t("skuSame", { sku: disk?.sku ?? "–" }) },
              ...restoreSkus.map((value) => ({ value, label: t(`skus.${value}`) })),
            ]}
          />
          <RestoreChoice
            form={form}
            name="zone"
            label={t("zone")}
            options={restoreZones.map((value) => ({
              value,
              label: t(`zones.${value}`, { zone: disk?.facts?.zones.join(", ") || t("zones.none") }),
            }))}
          />
          <RestoreChoice
            form={form}
            name="access"
            label={t("access")}
            options={restoreAccesses.map((value) => ({
              value,
              label: t(`accesses.${value}`, {
                policy: accessWord(disk?.facts?.networkAccessPolicy ?? "AllowAll", facts),
              }),
            }))}
          />
          {hasCustomerKey ? (
            <RestoreChoice
              form={form}
              name="encryption"
              label={t("encryption")}
              options={restoreEncryptions.map((value) => ({ value, label: t(`encryptions.${value}`) }))}
            />
          ) : null}
        </div>
        {plan.data?.missing ? (
          <Suspense fallback={null}>
            <RestoreMissing form={form} missing={plan.data.missing} />
          </Suspense>
        ) : null}
        <RestorePlanView plan={plan.data} error={plan.error} waiting={wanted === null} />
        {create.error === null ? null : <ErrorState compact error={create.error} />}
      </form>
    </Dialog>
  );
}
