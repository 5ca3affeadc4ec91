import type { VmStatus } from "@kluis/api/types";
import { vmMessages as text } from "#features/vms/messages.ts";
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

/** How a VM stands. */
export function VmStatusBadge({ status }: { status: VmStatus }) {
  const [tone, icon] = look[status];
  return (
    <Status tone={tone} icon={icon}>
      {text.statuses[status]}
    </Status>
  );
}
