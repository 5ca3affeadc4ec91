"use client";
import { useTranslations } from "next-intl";
import type { VmView } from "#lib/api-types.ts";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Whether the second copies of a VM's recovery points are complete; nothing without a second copy. */
export function VmCopies({ copies }: Pick<VmView, "copies">) {
  const t = useTranslations("vaultCopies");
  if (copies.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 border-b border-line px-4 py-2.5">
      {copies.map(({ to, points, behind, since }) => (
        <li key={to}>
          <Status
            look="plain"
            wraps
            tone={behind === 0 ? "ok" : "warn"}
            icon={behind === 0 ? "check" : "waiting"}
          >
            {since === null
              ? t("vmComplete", { vault: to, points })
              : t.rich("vmBehind", { vault: to, behind, time: () => <TimeAgo at={since} /> })}
          </Status>
        </li>
      ))}
    </ul>
  );
}
