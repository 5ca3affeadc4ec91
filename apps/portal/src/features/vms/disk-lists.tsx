"use client";
import { useTranslations } from "next-intl";
import type { VmView } from "#lib/api-types.ts";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

type DiskLists = VmView["lists"][number];

/** The lists of a disk by its name. A disk that was created again with the name of another has its own; the one that is off counts. */
export function listsOfDisk(lists: readonly DiskLists[], name: string): DiskLists | null {
  const named = lists.filter((one) => one.name === name);
  return named.find(({ turnedOffAt }) => turnedOffAt !== null) ?? named.at(-1) ?? null;
}

/** How far Azure's lists of changes are trusted for a disk. */
export function DiskListsState({ lists }: { readonly lists: DiskLists | null }) {
  const t = useTranslations("protection.lists");
  if (lists === null) return <span className="text-faint">{t("unused")}</span>;
  const { deltas, confirmed, confirmedAt, turnedOffAt } = lists;
  return (
    <span className="flex flex-col items-start gap-0.5 max-sm:items-end">
      <Status
        look="plain"
        tone={turnedOffAt === null ? "ok" : "warn"}
        icon={turnedOffAt === null ? "check" : "off"}
      >
        {turnedOffAt === null ? t("inUse") : t("off")}
      </Status>
      <span className="text-sm text-muted">
        {turnedOffAt === null
          ? t("counts", { confirmed, deltas })
          : t.rich("since", { time: () => <TimeAgo at={turnedOffAt} /> })}
        {turnedOffAt === null && confirmedAt !== null ? (
          <>
            {" · "}
            {t.rich("last", { time: () => <TimeAgo at={confirmedAt} /> })}
          </>
        ) : null}
      </span>
    </span>
  );
}
