"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { savedShare } from "#features/overview/overview-view-model.ts";
import type { OverviewView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card, Facts } from "#ui/card.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** A number of points, with the list of them. */
function Held({ count, href }: { count: number; href: string }) {
  const format = useFormat();
  if (count === 0) return format.number(count);
  return (
    <Link href={href} className="font-medium underline">
      {format.number(count)}
    </Link>
  );
}

/** What the existing recovery points store in the vault, compared with the size of their disks. */
export function StorageCard({ storage }: { storage: OverviewView["storage"] }) {
  const t = useTranslations("overview");
  const format = useFormat();
  const saved = savedShare(storage.logicalBytes, storage.storedBytes);
  return (
    <Card title={t("storage")} id="storage">
      <Facts
        short
        dense
        facts={[
          { label: t("storagePoints"), value: format.number(storage.points) },
          { label: t("storageLogical"), value: <ByteSize bytes={storage.logicalBytes} /> },
          { label: t("storageStored"), value: <ByteSize bytes={storage.storedBytes} /> },
          { label: t("storageSaved"), value: saved === null ? "–" : format.percent(saved * 100, 1) },
          { label: t("storageMoved"), value: <ByteSize bytes={storage.movedBytes24h} /> },
          { label: t("storageGrown"), value: <ByteSize bytes={storage.storedBytes24h} /> },
          {
            label: t("storagePinned"),
            value: <Held count={storage.pinnedPoints} href="/points?pinned=true" />,
          },
          {
            label: t("storageUndo"),
            value: (
              <Held count={storage.softDeletedPoints} href="/points?state=soft-deleted&sort=expiresAt" />
            ),
          },
          ...(storage.softDeletedPoints === 0
            ? []
            : [{ label: t("storageUndoBytes"), value: <ByteSize bytes={storage.softDeletedBytes} /> }]),
        ]}
      />
      {storage.undoUntil === null ? null : (
        <p className="mt-3.5 text-sm text-muted">
          {t.rich("storageUndoUntil", {
            time: () => <AbsoluteTime at={storage.undoUntil} seconds={false} />,
          })}
        </p>
      )}
    </Card>
  );
}
