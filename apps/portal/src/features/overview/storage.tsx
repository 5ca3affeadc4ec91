"use client";
import { useTranslations } from "next-intl";
import { savedShare } from "#features/overview/overview-view-model.ts";
import type { OverviewView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card, Facts } from "#ui/card.tsx";

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
        ]}
      />
    </Card>
  );
}
