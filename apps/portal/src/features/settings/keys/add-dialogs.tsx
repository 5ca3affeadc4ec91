"use client";
import { parseKeyVaultKey } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import { PapersDialog } from "#features/settings/keys/papers.tsx";
import { type SharesProblem, sharesProblems } from "#features/settings/keys/shares-form.ts";
import type { NewPaperKey } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Field, Input } from "#ui/field.tsx";

export type AddWhat = "recovery" | "shares" | "key-vault" | "file";

interface AddProps {
  readonly what: AddWhat;
  readonly vault: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
  /** The paper is made: type it back. */
  readonly onProve: () => void;
}

export function AddKeyDialog({ what, ...props }: AddProps) {
  return what === "recovery" || what === "shares" ? (
    <PaperDialog what={what} {...props} />
  ) : (
    <PublicDialog what={what} {...props} />
  );
}

/** Makes a key on paper. Its text is in this component's state alone, and gone when the dialog closes. */
function PaperDialog({
  what,
  vault,
  onClose,
  onProve,
}: Omit<AddProps, "what"> & { readonly what: "recovery" | "shares" }) {
  const t = useTranslations("vaultKeys");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [form, setForm] = useState({ label: "", threshold: "2", count: "3" });
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<NewPaperKey | null>(null);
  // No cache of mutations keeps the answer.
  const options = { gcTime: 0, onSuccess: (answer: NewPaperKey) => setMade(answer) };
  const recovery = useMutation(trpc.vaultKeys.addRecovery.mutationOptions(options));
  const shares = useMutation(trpc.vaultKeys.addShares.mutationOptions(options));
  if (made !== null) {
    const done = () => {
      recovery.reset();
      shares.reset();
      void outcome.refresh();
      onProve();
    };
    return <PapersDialog made={made} onDone={done} />;
  }
  const isRecovery = what === "recovery";
  const problems = sharesProblems(form);
  const wrong = (field: SharesProblem) => tried && problems.includes(field);
  const label = form.label.trim();
  const submit = () => {
    setTried(true);
    if (label === "" || (!isRecovery && problems.length > 0)) return;
    if (isRecovery) recovery.mutate({ vault: vault.id, label });
    else
      shares.mutate({
        vault: vault.id,
        label,
        threshold: Number(form.threshold),
        count: Number(form.count),
      });
  };
  const text = (key: keyof typeof form, type: "text" | "number") => (
    <Input
      type={type}
      min={2}
      max={16}
      value={form[key]}
      autoComplete="off"
      onValueChange={(value: string) => setForm({ ...form, [key]: value })}
    />
  );
  return (
    <FormDialog
      title={isRecovery ? t("makeTitle") : t("sharesTitle")}
      description={isRecovery ? t("makeText") : t("sharesText")}
      submit={isRecovery ? t("makeSubmit") : t("sharesSubmit")}
      entered={false}
      busy={recovery.isPending || shares.isPending}
      error={recovery.error ?? shares.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <Field
        label={t("label")}
        hint={t("labelHint")}
        error={tried && label === "" ? t("labelMissing") : undefined}
      >
        {text("label", "text")}
      </Field>
      {isRecovery ? null : (
        <div className="grid grid-cols-2 gap-4">
          <Field label={t("sharesCount")} error={wrong("count") ? t("sharesCountWrong") : undefined}>
            {text("count", "number")}
          </Field>
          <Field
            label={t("sharesThreshold")}
            error={wrong("threshold") ? t("sharesThresholdWrong") : undefined}
          >
            {text("threshold", "number")}
          </Field>
        </div>
      )}
    </FormDialog>
  );
}

/** Adds a key by its public part: its address in Key Vault, or the public half of a key file. */
function PublicDialog({
  what,
  vault,
  onClose,
}: Omit<AddProps, "what" | "onProve"> & { readonly what: "key-vault" | "file" }) {
  const t = useTranslations("vaultKeys");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const isRemote = what === "key-vault";
  const [form, setForm] = useState({ label: isRemote ? "Azure Key Vault" : "", value: "" });
  const [tried, setTried] = useState(false);
  const [label, value] = [form.label.trim(), form.value.trim()];
  const options = {
    onSuccess: async () => {
      onClose();
      await outcome.done(t("addedHow", { label }));
    },
  };
  const remote = useMutation(trpc.vaultKeys.addKeyVault.mutationOptions(options));
  const file = useMutation(trpc.vaultKeys.addFile.mutationOptions(options));
  const isRight = isRemote ? parseKeyVaultKey(value) !== null : /^[A-Za-z0-9+/]{43}=$/.test(value);
  const submit = () => {
    setTried(true);
    if (!isRight || label === "") return;
    if (isRemote) remote.mutate({ vault: vault.id, label, address: value });
    else file.mutate({ vault: vault.id, label, publicKey: value });
  };
  const wrong = isRemote ? t("addressWrong") : t("publicKeyWrong");
  return (
    <FormDialog
      title={isRemote ? t("keyVaultTitle") : t("fileTitle")}
      description={isRemote ? t("keyVaultText") : t("fileText")}
      submit={t("addSubmit")}
      entered={value !== ""}
      busy={remote.isPending || file.isPending}
      error={remote.error ?? file.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <Field
        label={isRemote ? t("address") : t("publicKey")}
        hint={isRemote ? t("addressHint") : t("publicKeyHint")}
        error={tried && !isRight ? wrong : undefined}
      >
        <Input
          value={form.value}
          autoComplete="off"
          spellCheck={false}
          onValueChange={(next: string) => setForm({ ...form, value: next })}
        />
      </Field>
      <Field
        label={isRemote ? t("name") : t("label")}
        hint={isRemote ? t("nameHint") : t("labelHint")}
        error={tried && label === "" ? t(isRemote ? "nameMissing" : "labelMissing") : undefined}
      >
        <Input
          value={form.label}
          autoComplete="off"
          onValueChange={(next: string) => setForm({ ...form, label: next })}
        />
      </Field>
    </FormDialog>
  );
}
