"use client";
import type { VmStatus } from "@kluis/api/types";
import { useTranslations } from "next-intl";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const look: Record<VmStatus, readonly [Tone, StatusIcon]> = {
  failing: ["bad", "cross"],
  "at-risk": ["warn", "warning"],
  unprotected: ["warn", "off"],
  waiting: ["run", "waiting"],
  protected: ["ok", "check"],
  stopped: ["idle", "stopped"],
  deleted: ["idle", "none"],
};

/** The protection status of a VM. */
export function VmStatusBadge({ status }: { status: VmStatus }) {
  const t = useTranslations("vms");
  const [tone, icon] = look[status];
  return (
    <Status tone={tone} icon={icon}>
      {t(`statuses.${status}`)}
    </Status>
  );
}
