"use client";
import type { BulkItemState, BulkState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const looks: Record<BulkState, readonly [Tone, StatusIcon]> = {
  running: ["run", "running"],
  ended: ["ok", "check"],
  cancelled: ["idle", "stopped"],
};

export function BulkStateBadge({ state }: { state: BulkState }) {
  const t = useTranslations("bulk");
  const [tone, icon] = looks[state];
  return (
    <Status tone={tone} icon={icon}>
      {t(`states.${state}`)}
    </Status>
  );
}

const itemLooks: Record<BulkItemState, readonly [Tone, StatusIcon]> = {
  waiting: ["idle", "waiting"],
  done: ["ok", "check"],
  requested: ["warn", "waiting"],
  refused: ["bad", "stopped"],
  failed: ["bad", "cross"],
  cancelled: ["idle", "none"],
};

export function BulkItemBadge({ state }: { state: BulkItemState }) {
  const t = useTranslations("bulk");
  const [tone, icon] = itemLooks[state];
  return (
    <Status tone={tone} icon={icon}>
      {t(`itemStates.${state}`)}
    </Status>
  );
}
