"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { ConfirmDialog } from "#ui/dialog.tsx";

/** A change of keys that asks first. */
export type KeyChangeWhat =
  | { readonly kind: "rotate" }
  | { readonly kind: "remove"; readonly id: string; readonly label: string };

interface ConfirmProps {
  readonly what: KeyChangeWhat;
  readonly vault: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}

export function ConfirmKeyChange({ what, vault, onClose }: ConfirmProps) {
  const t = useTranslations("vaultKeys");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const { name } = vault;
  const label = what.kind === "remove" ? what.label : "";
  const options = (title: string) => ({
    onSuccess: () => outcome.done(title),
    onError: outcome.failed(t("failed")),
    onSettled: onClose,
  });
  const rotate = useMutation(trpc.vaultKeys.rotate.mutationOptions(options(t("rotated", { name }))));
  const remove = useMutation(trpc.vaultKeys.remove.mutationOptions(options(t("removed", { label }))));
  const isRemove = what.kind === "remove";
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={isRemove ? t("removeTitle", { label }) : t("rotateTitle", { name })}
      description={isRemove ? t("removeText") : t("rotateText")}
      tone={isRemove ? "danger" : "primary"}
      action={isRemove ? t("removeSubmit") : t("rotateSubmit")}
      busy={rotate.isPending || remove.isPending}
      onConfirm={() => {
        if (what.kind === "remove") remove.mutate({ vault: vault.id, key: what.id });
        else rotate.mutate({ vault: vault.id });
      }}
    />
  );
}
