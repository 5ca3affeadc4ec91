"use client";
import Link from "next/link";
import { vmMessages } from "#features/vms/messages.ts";
import type { VmView } from "#lib/api-types.ts";
import { Card, type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { AbsoluteTime, TimeAgo } from "#ui/time-ago.tsx";

const text = vmMessages.detail;

/** What Azure says about the VM. */
export function VmFacts({ vm }: { vm: VmView }) {
  const tags = Object.entries(vm.tags);
  const facts: Fact[] = [
    { label: text.group, value: vm.resourceGroup },
    { label: text.subscription, value: vm.subscription.name },
    { label: text.location, value: vm.location },
    { label: text.size, value: vm.size },
    { label: text.os, value: vmMessages.os[vm.osType] },
    {
      label: text.power,
      value: (
        <Status
          look="plain"
          tone={vm.powerState === "running" ? "ok" : "idle"}
          icon={vm.powerState === "running" ? "check" : "stopped"}
        >
          {vmMessages.power[vm.powerState]}
        </Status>
      ),
    },
    { label: text.agent, value: vmMessages.agent[vm.agentState] },
    { label: text.seen, value: <TimeAgo at={vm.lastSeenAt} /> },
    {
      label: text.tags,
      value:
        tags.length === 0 ? (
          <span className="text-faint">{text.noTags}</span>
        ) : (
          <span className="flex flex-wrap gap-1">
            {tags.map(([name, value]) => (
              <Badge key={name}>{`${name}: ${value}`}</Badge>
            ))}
          </span>
        ),
    },
    { label: text.resourceId, value: <Copyable value={vm.resourceId} what="resource id" />, wide: true },
  ];
  return <Facts facts={facts} />;
}

/** Under which policy, since when, what comes next, and what changed in the guest. */
export function VmProtection({ vm }: { vm: VmView }) {
  const protection = vm.protection;
  if (protection === null) {
    return (
      <Card>
        <EmptyState title={text.unprotectedTitle}>{text.unprotectedText}</EmptyState>
      </Card>
    );
  }
  const facts: Fact[] = [
    {
      label: text.policy,
      value: (
        <>
          <Link href={`/policies/${protection.policy.id}`} className="font-medium underline">
            {protection.policy.name}
          </Link>
          <span className="block text-sm text-muted">{protection.policySentence}</span>
        </>
      ),
      wide: true,
    },
    { label: text.since, value: <AbsoluteTime at={protection.since} seconds={false} /> },
    {
      label: text.next,
      value:
        protection.nextRunAt === null ? (
          text.nextNone
        ) : (
          <AbsoluteTime at={protection.nextRunAt} seconds={false} />
        ),
    },
    {
      label: text.extension,
      value:
        protection.extensionReadyAt === null ? (
          text.extensionNone
        ) : (
          <>
            {text.extensionReady} <TimeAgo at={protection.extensionReadyAt} />
          </>
        ),
    },
  ];
  const changes = guestFacts(protection.guestChanges);
  return (
    <div className="flex flex-col gap-4">
      <Card>
        <Facts facts={facts} />
      </Card>
      {changes.length === 0 ? null : (
        <Card title={text.guest} id="guest">
          <Facts facts={changes} columns={2} />
        </Card>
      )}
    </div>
  );
}

/** The recorded guest changes as facts: every scalar by its path, because the record may grow. */
export function guestFacts(changes: unknown, path = ""): readonly Fact[] {
  if (changes === null || changes === undefined) return [];
  if (typeof changes === "string") return [{ label: path, value: changes }];
  if (typeof changes !== "object") return [{ label: path, value: JSON.stringify(changes) }];
  return Object.entries(changes).flatMap(([key, value]) =>
    guestFacts(value, path === "" ? key : `${path} ${key}`),
  );
}
