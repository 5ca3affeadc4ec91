"use client";
import { useTranslations } from "next-intl";
import { accessWord, securityWord } from "#features/points/azure-words.ts";
import type { Texts } from "#i18n/texts.ts";
import type { PointDiskView, PointView } from "#lib/api-types.ts";
import { Card, type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Badge } from "#ui/status.tsx";

type DiskFacts = NonNullable<PointDiskView["facts"]>;

/** What the point records of each disk, so that a restore can create the disk as it was. */
export function PointDiskFacts({ point }: { point: PointView }) {
  const t = useTranslations("diskFacts");
  return (
    <Card title={t("title")} description={t("lead")} id="disk-properties">
      <div className="flex flex-col gap-6">
        {point.disks.map((disk) => (
          <section
            key={disk.key}
            aria-label={disk.name}
            className="grid gap-x-6 gap-y-2 lg:grid-cols-[12rem_minmax(0,1fr)]"
          >
            <h3 className="flex min-w-0 items-baseline gap-2 font-semibold break-words">
              <Badge>{disk.key}</Badge>
              <span className="min-w-0">{disk.name}</span>
            </h3>
            {disk.facts === null ? (
              <p className="text-sm text-muted">{t("unknown")}</p>
            ) : (
              <Facts facts={factsOf(disk.facts, t)} />
            )}
          </section>
        ))}
      </div>
    </Card>
  );
}

function factsOf(disk: DiskFacts, t: Texts<"diskFacts">): Fact[] {
  const tags = Object.entries(disk.tags);
  const facts: (Fact | null)[] = [
    { label: t("type"), value: [disk.sku, disk.tier].filter((one) => one !== null).join(", ") },
    { label: t("zone"), value: disk.zones.join(", ") || t("noZone") },
    { label: t("encryption"), value: encryptionOf(disk, t) },
    { label: t("network"), value: networkOf(disk, t) },
    { label: t("security"), value: securityWord(disk.securityProfile?.securityType ?? "Standard", t) },
    textFact(t("generation"), disk.hyperVGeneration),
    textFact(t("architecture"), disk.supportedCapabilities?.architecture),
    textFact(t("controllers"), disk.supportedCapabilities?.diskControllerTypes),
    textFact(t("performance"), ratesOf(disk, t)),
    textFact(t("plan"), planOf(disk)),
    idFact(t("set"), disk.encryption?.diskEncryptionSetId),
    idFact(t("diskAccess"), disk.diskAccessId),
    tags.length === 0
      ? null
      : {
          label: t("tags"),
          value: (
            <span className="flex flex-wrap gap-1">
              {tags.map(([name, value]) => (
                <Badge key={name}>{`${name}: ${value}`}</Badge>
              ))}
            </span>
          ),
        },
  ];
  return facts.filter((fact) => fact !== null);
}

function textFact(label: string, value: string | null | undefined): Fact | null {
  return value === null || value === undefined ? null : { label, value };
}

function idFact(label: string, id: string | null | undefined): Fact | null {
  if (id === null || id === undefined) return null;
  return { label, value: <Copyable value={id} what={label} />, wide: true };
}

function encryptionOf(disk: DiskFacts, t: Texts<"diskFacts">): string {
  if (disk.encryptionSettings?.enabled === true) return t("encryptions.guest");
  const type = disk.encryption?.type ?? "";
  const hasSet = typeof disk.encryption?.diskEncryptionSetId === "string";
  if (type === "EncryptionAtRestWithPlatformAndCustomerKeys") return t("encryptions.both");
  if (hasSet) return t("encryptions.customer");
  return type === "EncryptionAtRestWithPlatformKey" || type === ""
    ? t("encryptions.platform")
    : t("encryptions.other", { type });
}

function networkOf({ networkAccessPolicy, publicNetworkAccess }: DiskFacts, t: Texts<"diskFacts">): string {
  const policy = accessWord(networkAccessPolicy, t);
  return publicNetworkAccess === "Disabled" ? t("publicAccess", { policy }) : policy;
}

function ratesOf({ iopsReadWrite, mbpsReadWrite }: DiskFacts, t: Texts<"diskFacts">): string | null {
  if (iopsReadWrite === null || mbpsReadWrite === null) return null;
  return t("rates", { iops: iopsReadWrite, mbps: mbpsReadWrite });
}

function planOf({ purchasePlan: plan }: DiskFacts): string | null {
  return plan && [plan.publisher, plan.product, plan.name].join(" / ");
}
