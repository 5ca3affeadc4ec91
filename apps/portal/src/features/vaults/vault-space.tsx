"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { VaultView } from "#lib/api-types.ts";
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
        <Facts
          dense
          facts={[
            ...query.data.reasons.map(({ reason, bytes }) => ({
              label: t(`page.spaceReasons.${reason}`),
              value: <ByteSize bytes={bytes} />,
            })),
            { label: t("page.spaceSoftDeleted"), value: <ByteSize bytes={query.data.softDeleted.bytes} /> },
          ]}
        />
      )}
      <p className="mt-3 text-xs text-muted">{t("page.spaceHint")}</p>
    </Card>
  );
}
