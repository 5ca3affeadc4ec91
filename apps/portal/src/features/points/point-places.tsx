"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { PointView } from "#lib/api-types.ts";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

const link = "underline underline-offset-2";

/** The vaults that hold a recovery point; nothing while it is in one only. A restore reads the place whose page starts it. */
export function PointPlaces({ point }: { point: PointView }) {
  const t = useTranslations("vaultCopies");
  const { copies, original, vault } = point;
  if (original !== null) {
    return (
      <Alert tone="info" title={t("copyOf", { vault: vault.name })}>
        <Link className={link} href={`/points/${original.pointId}`}>
          {t("openFirst", { vault: original.vault.name })}
        </Link>
      </Alert>
    );
  }
  if (copies.length === 0) return null;
  return (
    <Card title={t("places")} id="places">
      <ul className="flex flex-col gap-1 text-sm">
        <li>{t("first", { vault: vault.name })}</li>
        {copies.map((copy) => (
          <li key={copy.pointId} className="flex flex-wrap gap-x-3">
            <span>{t.rich("also", { vault: copy.vault.name, time: () => <TimeAgo at={copy.since} /> })}</span>
            <Link className={link} href={`/points/${copy.pointId}`}>
              {t("open", { vault: copy.vault.name })}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
