"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { VaultSpace as Space, VaultView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card, Facts } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

/** What collection would free, and why the rest stays. */
export function VaultSpace({ vault }: { vault: VaultView }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.vaults.space.queryOptions({ vault: vault.id }, { refetchInterval: every(60_000) }),
  );
  return (
    <Card title={t("page.space")} id="space">
      {query.error !== null ? (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <SkeletonLines lines={4} />
      ) : (
        <SpaceReasons space={query.data} />
      )}
      <p className="mt-3 text-xs text-muted">{t("page.spaceHint")}</p>
    </Card>
  );
}

/** Only reasons that hold space: a list of zeros says nothing. */
function SpaceReasons({ space: { reasons, softDeleted } }: { readonly space: Space }) {
  const t = useTranslations("vaults");
  const facts = [
    ...reasons.map(({ reason, bytes }) => ({ label: t(`page.spaceReasons.${reason}`), bytes })),
    { label: t("page.spaceSoftDeleted"), bytes: softDeleted.bytes },
  ].filter(({ bytes }) => bytes > 0);
  if (facts.length === 0) return <p>{t("page.spaceNone")}</p>;
  return (
    <Facts dense facts={facts.map(({ label, bytes }) => ({ label, value: <ByteSize bytes={bytes} /> }))} />
  );
}
