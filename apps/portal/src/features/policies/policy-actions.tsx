"use client";
import { policyNameSchema } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Copy, Ellipsis, Pencil } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { PolicyView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button, IconButton } from "#ui/button.tsx";
import { ConfirmDialog, Dialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Menu } from "#ui/menu.tsx";
import { ErrorState } from "#ui/states.tsx";

/** Renames, duplicates and retires a policy, or takes a retired one into use again. */
export function PolicyActions({ policy }: { policy: PolicyView }) {
  const t = useTranslations("policyActions");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const mayCreate = useRefusal("policy:write");
  const [open, setOpen] = useState<"rename" | "retire" | null>(null);
  const refusal = policy.can.edit ? null : ui("notAllowed");
  const reinstate = useMutation(
    trpc.policies.reinstate.mutationOptions({
      onSuccess: () => outcome.done(t("reinstated", { name: policy.name })),
      onError: outcome.failed(t("failed")),
    }),
  );
  const isRetired = policy.retiredAt !== null;
  return (
    <>
      <Menu
        align="end"
        trigger={<IconButton label={t("more")} tone="secondary" icon={<Ellipsis aria-hidden="true" />} />}
        items={[
          {
            label: t("rename"),
            icon: <Pencil aria-hidden="true" />,
            disabledReason: refusal,
            onSelect: () => setOpen("rename"),
          },
          {
            label: t("duplicate"),
            icon: <Copy aria-hidden="true" />,
            ...(mayCreate === null
              ? { href: `/policies/new?from=${policy.id}` }
              : { disabledReason: mayCreate }),
          },
          isRetired
            ? {
                label: t("reinstate"),
                icon: <ArchiveRestore aria-hidden="true" />,
                disabledReason: refusal,
                onSelect: () => reinstate.mutate({ policy: policy.id }),
              }
            : {
                label: t("retire"),
                icon: <Archive aria-hidden="true" />,
                disabledReason: refusal,
                onSelect: () => setOpen("retire"),
              },
        ]}
      />
      {open === "rename" ? <RenameDialog policy={policy} onClose={() => setOpen(null)} /> : null}
      {open === "retire" ? <RetireDialog policy={policy} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

interface DialogProps {
  readonly policy: PolicyView;
  readonly onClose: () => void;
}

function RenameDialog({ policy, onClose }: DialogProps) {
  const t = useTranslations("policyActions");
  const policies = useTranslations("policies");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const formId = useId();
  // The name that the user saw when they began: a refresh must not hide that another user renamed it.
  const [before] = useState(policy.name);
  const [name, setName] = useState(policy.name);
  const [tried, setTried] = useState(false);
  const rename = useMutation(
    trpc.policies.rename.mutationOptions({
      onSuccess: (saved) => {
        onClose();
        return outcome.done(t("renamed", { before, name: saved.name }));
      },
    }),
  );
  const isValid = policyNameSchema.safeParse(name).success;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("renameTitle", { name: before })}
      description={t("renameText")}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button tone="primary" type="submit" form={formId} busy={rename.isPending}>
            {t("rename")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (name.trim() === before) onClose();
          else if (isValid) rename.mutate({ policy: policy.id, expectedName: before, name: name.trim() });
        }}
      >
        <Field
          label={policies("editor.name")}
          hint={policies("editor.nameHint")}
          error={tried && !isValid ? policies("editor.nameRule") : undefined}
        >
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        {rename.error === null ? null : <ErrorState compact error={rename.error} />}
      </form>
    </Dialog>
  );
}

function RetireDialog({ policy, onClose }: DialogProps) {
  const t = useTranslations("policyActions");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const retire = useMutation(
    trpc.policies.retire.mutationOptions({
      onSuccess: () => {
        onClose();
        return outcome.done(t("retired", { name: policy.name }));
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("retireTitle", { name: policy.name })}
      description={
        <>
          <p>{t("retireText")}</p>
          <p className="mt-2">{t("retireVms", { vms: policy.governedVms ?? policy.vmCount })}</p>
        </>
      }
      action={t("retire")}
      tone="primary"
      busy={retire.isPending}
      onConfirm={() => retire.mutate({ policy: policy.id })}
      error={retire.error === null ? undefined : <ErrorState compact error={retire.error} />}
    />
  );
}
