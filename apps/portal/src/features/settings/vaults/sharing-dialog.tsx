"use client";
import { deduplicationScopes, leastBandwidth, mostBandwidth, regionSchema } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import type { VaultView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Choice, Field, Input } from "#ui/field.tsx";

/** Which virtual machines share content in a vault, how fast backups may store, and where its storage is. */
export function SharingDialog({ vault, onClose }: { vault: VaultView; onClose: () => void }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [deduplication, setDeduplication] = useState(vault.deduplication);
  const was = vault.bandwidth === null ? "" : String(vault.bandwidth);
  const [bandwidth, setBandwidth] = useState(was);
  const wasGib = vault.verifyGib === null ? "" : String(vault.verifyGib);
  const [gib, setGib] = useState(wasGib);
  const wasRegion = vault.region ?? "";
  const [region, setRegion] = useState(wasRegion);
  const wantedRegion = regionOf(region);
  const [tried, setTried] = useState(false);
  const wanted = bandwidthOf(bandwidth);
  const verifyGib = limitOf(gib, { least: 1, most: 1_000_000 });
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
      entered={
        deduplication !== vault.deduplication || bandwidth !== was || gib !== wasGib || region !== wasRegion
      }
      busy={configure.isPending}
      error={configure.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (wanted === undefined || verifyGib === undefined || wantedRegion === undefined) return;
        configure.mutate({
          vault: vault.id,
          deduplication,
          bandwidth: wanted,
          verifyGib,
          region: wantedRegion,
        });
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
      <Field
        label={t("sharing.verifyGib")}
        hint={t("sharing.verifyGibHint")}
        error={tried && verifyGib === undefined ? t("sharing.verifyGibWrong") : undefined}
      >
        <Input
          value={gib}
          inputMode="numeric"
          autoComplete="off"
          onValueChange={(value: string) => setGib(value)}
        />
      </Field>
      <Field
        label={t("sharing.region")}
        hint={t("sharing.regionHint")}
        error={tried && wantedRegion === undefined ? t("sharing.regionWrong") : undefined}
      >
        <Input
          value={region}
          autoComplete="off"
          spellCheck={false}
          onValueChange={(value: string) => setRegion(value)}
        />
      </Field>
    </FormDialog>
  );
}

/** Null when empty, undefined for a text that Azure cannot have as a name. */
function regionOf(text: string): string | null | undefined {
  return text.trim() === "" ? null : regionSchema.safeParse(text).data;
}

/** MiB per second. */
function bandwidthOf(text: string): number | null | undefined {
  return limitOf(text, { least: leastBandwidth, most: mostBandwidth });
}

/** Null without a limit, undefined when the text is not one. */
function limitOf(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text.trim());
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}
