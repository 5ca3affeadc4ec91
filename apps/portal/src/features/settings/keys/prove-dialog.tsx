"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Field, Textarea } from "#ui/field.tsx";

interface ProveProps {
  readonly vault: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}

/** Types a key back from its paper. */
export function ProveDialog({ vault, onClose }: ProveProps) {
  const t = useTranslations("vaultKeys");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const typed = linesOf(text);
  const prove = useMutation(
    trpc.vaultKeys.prove.mutationOptions({
      gcTime: 0,
      onSuccess: async () => {
        onClose();
        await outcome.done(t("provenDone", { name: vault.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("proveTitle")}
      description={t("proveText")}
      submit={t("proveSubmit")}
      entered={false}
      busy={prove.isPending}
      error={prove.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (typed.length > 0) prove.mutate({ vault: vault.id, typed });
      }}
    >
      <Field label={t("proveField")} error={tried && typed.length === 0 ? t("proveMissing") : undefined}>
        <Textarea
          rows={4}
          value={text}
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}

/** Characters of a share: 30 bytes and a check character a group. A recovery key has fewer, and may be typed in several lines. */
const SHARE_CHARACTERS = 50;

/** The shares, one a line; a text without a whole share is one recovery key. */
function linesOf(text: string): string[] {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const isShares = lines.some((line) => line.replaceAll(/[^A-Za-z0-9]/g, "").length >= SHARE_CHARACTERS);
  return isShares || lines.length === 0 ? lines : [lines.join(" ")];
}
