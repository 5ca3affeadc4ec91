"use client";
import { deduplicationScopes, leastBandwidth, mostBandwidth } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import type { VaultView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Choice, Field, Input } from "#ui/field.tsx";

/** Which virtual machines share content in a vault, and how fast backups may store. */
export function SharingDialog({ vault, onClose }: { vault: VaultView; onClose: () => void }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [deduplication, setDeduplication] = useState(vault.deduplication);
  const was = vault.bandwidth === null ? "" : String(vault.bandwidth);
  const [bandwidth, setBandwidth] = useState(was);
  const [tried, setTried] = useState(false);
  const wanted = bandwidthOf(bandwidth);
  const configure = useMutation(
    trpc.vaults.configure.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("sharing.done", { name: vault.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("sharing.of", { name: vault.name })}
      submit={t("sharing.submit")}
      entered={deduplication !== vault.deduplication || bandwidth !== was}
      busy={configure.isPending}
      error={configure.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (wanted !== undefined) configure.mutate({ vault: vault.id, deduplication, bandwidth: wanted });
      }}
    >
      <Choice
        label={t("sharing.scope")}
        name="deduplication"
        layout="column"
        value={deduplication}
        onChange={setDeduplication}
        options={deduplicationScopes.map((value) => ({
          value,
          label: t(`sharing.scopes.${value}`),
          hint: t(`sharing.scopeHints.${value}`),
        }))}
      />
      <p className="text-xs text-muted">{t("sharing.hint")}</p>
      <Field
        label={t("sharing.bandwidth")}
        hint={t("sharing.bandwidthHint")}
        error={tried && wanted === undefined ? t("sharing.bandwidthWrong") : undefined}
      >
        <Input
          value={bandwidth}
          inputMode="numeric"
          autoComplete="off"
          onValueChange={(value: string) => setBandwidth(value)}
        />
      </Field>
    </FormDialog>
  );
}

/** MiB per second; null without a limit, undefined when the text is neither. */
function bandwidthOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text.trim());
  return Number.isInteger(value) && value >= leastBandwidth && value <= mostBandwidth ? value : undefined;
}
