"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { VaultView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { ConfirmDialog } from "#ui/dialog.tsx";

/** A change of a vault that asks first. */
export type VaultChange = "disable" | "makeDefault" | "remove" | "adopt";

interface ConfirmProps {
  readonly what: VaultChange;
  readonly vault: VaultView;
  readonly onClose: () => void;
}

export function ConfirmChange({ what, vault, onClose }: ConfirmProps) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const { id, name, use } = vault;
  const words = {
    disable: {
      title: t("disableTitle", { name }),
      text: t("disableText", use),
      action: t("disableSubmit"),
      done: t("disabled", { name }),
    },
    makeDefault: {
      title: t("makeDefaultTitle", { name }),
      text: t("makeDefaultText"),
      action: t("makeDefault"),
      done: t("madeDefault", { name }),
    },
    adopt: {
      title: t("truth.adoptTitle", { name }),
      text: t("truth.adoptText"),
      action: t("truth.adopt"),
      done: t("truth.adoptStarted", { name }),
    },
    remove: {
      title: t("removeTitle", { name }),
      text: t("removeText"),
      action: t("remove"),
      done: t("removed", { name }),
    },
  }[what];
  const settled = {
    onSuccess: async () => {
      onClose();
      await outcome.done(words.done);
    },
    onError: outcome.failed(t("notDone")),
  };
  const disable = useMutation(trpc.vaults.disable.mutationOptions(settled));
  const makeDefault = useMutation(trpc.vaults.makeDefault.mutationOptions(settled));
  const remove = useMutation(trpc.vaults.remove.mutationOptions(settled));
  const adopt = useMutation(trpc.vaults.adopt.mutationOptions(settled));
  const change = { disable, makeDefault, remove, adopt }[what];
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={words.title}
      description={words.text}
      action={words.action}
      tone={what === "makeDefault" || what === "adopt" ? "primary" : "danger"}
      busy={change.isPending}
      onConfirm={() => change.mutate({ vault: id })}
    />
  );
}
