"use client";
import { overviewMessages as text } from "#features/overview/messages.ts";
import { savingFactor } from "#features/overview/overview-view-model.ts";
import type { OverviewView } from "#lib/api-types.ts";
import { formatNumber } from "#lib/format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card, Facts } from "#ui/card.tsx";

/** What the living points take in the vault, beside what they would take as plain images. */
export function StorageCard({ storage }: { storage: OverviewView["storage"] }) {
  const factor = savingFactor(storage.logicalBytes, storage.storedBytes);
  return (
    <Card title={text.storage} id="storage">
      <Facts
        short
        facts={[
          { label: text.storagePoints, value: formatNumber(storage.points) },
          { label: text.storageLogical, value: <ByteSize bytes={storage.logicalBytes} /> },
          { label: text.storageStored, value: <ByteSize bytes={storage.storedBytes} /> },
          { label: text.storageRatio, value: factor === null ? "–" : text.times(factor) },
          { label: text.storageMoved, value: <ByteSize bytes={storage.movedBytes24h} /> },
          { label: text.storageGrown, value: <ByteSize bytes={storage.storedBytes24h} /> },
        ]}
      />
    </Card>
  );
}
