"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { securityWord } from "#features/points/azure-words.ts";
import { usePolicySentence } from "#features/policies/use-policy-sentence.ts";
import { GuestChanges } from "#features/vms/guest-changes.tsx";
import { GuestScripts } from "#features/vms/guest-scripts.tsx";
import { VmConsistency } from "#features/vms/vm-consistency.tsx";
import type { VmView } from "#lib/api-types.ts";
import { Card, type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { AbsoluteTime, TimeAgo } from "#ui/time-ago.tsx";

/** The properties of the VM in Azure. */
export function VmFacts({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const words = useTranslations("diskFacts");
  const tags = Object.entries(vm.tags);
  const facts: Fact[] = [
    { label: t("detail.group"), value: vm.resourceGroup },
    { label: t("detail.subscription"), value: vm.subscription.name },
    { label: t("detail.location"), value: vm.location },
    { label: t("detail.size"), value: vm.size },
    {
      label: t("detail.zone"),
      value: vm.traits.zones.length === 0 ? t("detail.noZone") : vm.traits.zones.join(", "),
    },
    { label: t("detail.security"), value: securityWord(vm.traits.securityType ?? "Standard", words) },
    { label: t("detail.os"), value: t(`os.${vm.osType}`) },
    {
      label: t("detail.power"),
      value: (
        <Status
          look="plain"
          tone={vm.powerState === "running" ? "ok" : "idle"}
          icon={vm.powerState === "running" ? "check" : "stopped"}
        >
          {t(`power.${vm.powerState}`)}
        </Status>
      ),
    },
    { label: t("detail.agent"), value: t(`agent.${vm.agentState}`) },
    { label: t("detail.consistency"), value: <VmConsistency vm={vm} /> },
    { label: t("detail.seen"), value: <TimeAgo at={vm.lastSeenAt} /> },
    {
      label: t("detail.tags"),
      value:
        tags.length === 0 ? (
          <span className="text-faint">{t("detail.noTags")}</span>
        ) : (
          <span className="flex flex-wrap gap-1">
            {tags.map(([name, value]) => (
              <Badge key={name}>{`${name}: ${value}`}</Badge>
            ))}
          </span>
        ),
    },
    {
      label: t("detail.resourceId"),
      value: <Copyable value={vm.resourceId} what={t("detail.resourceIdName")} />,
      wide: true,
    },
  ];
  return <Facts dense facts={facts} />;
}

/** The policy, the next backup, the snapshot extension and the changes in the guest. */
export function VmProtection({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const sentence = usePolicySentence();
  const protection = vm.protection;
  if (protection === null) {
    return (
      <Card>
        <EmptyState title={t("detail.unprotectedTitle")}>{t("detail.unprotectedText")}</EmptyState>
      </Card>
    );
  }
  const facts: Fact[] = [
    {
      label: t("detail.policy"),
      value: (
        <>
          <Link href={`/policies/${protection.policy.id}`} className="font-medium underline">
            {protection.policy.name}
          </Link>
          <span className="block text-sm text-muted">
            {protection.policyDocument === null ? null : sentence(protection.policyDocument)}
          </span>
        </>
      ),
      wide: true,
    },
    { label: t("detail.since"), value: <AbsoluteTime at={protection.since} seconds={false} /> },
    {
      label: t("detail.next"),
      value:
        protection.nextRunAt === null ? (
          t("detail.nextNone")
        ) : (
          <AbsoluteTime at={protection.nextRunAt} seconds={false} />
        ),
    },
    {
      label: t("detail.extension"),
      value:
        protection.extensionReadyAt === null
          ? t("detail.extensionNone")
          : t.rich("detail.extensionReady", { time: () => <TimeAgo at={protection.extensionReadyAt} /> }),
    },
  ];
  return (
    <div className="flex flex-col gap-4">
      <Card>
        <Facts facts={facts} />
      </Card>
      <GuestScripts changes={protection.guestChanges} />
      <GuestChanges changes={protection.guestChanges} />
    </div>
  );
}
