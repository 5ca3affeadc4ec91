"use client";
import { useTranslations } from "next-intl";
import type { VaultView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Where a vault is copied to, and how far the copy is behind; nothing without a second copy. */
export function CopyLine({ copy }: Pick<VaultView, "copy">) {
  const t = useTranslations("vaultCopies");
  const format = useFormat();
  if (copy === null) return null;
  const { to, daily, lag } = copy;
  const { since } = lag;
  return (
    <p className="text-sm text-muted">
      {daily === null
        ? t("always", { name: to.name })
        : t("atTime", { name: to.name, at: daily.at, zone: daily.timeZone })}
      {" · "}
      {since === null
        ? t("complete")
        : t.rich("behind", {
            points: lag.points,
            size: format.bytes(lag.bytes),
            time: () => <TimeAgo at={since} />,
          })}
    </p>
  );
}
