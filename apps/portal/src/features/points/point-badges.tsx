import type { PointState } from "@kluis/domain";
import { pointMessages as text } from "#features/points/messages.ts";
import type { PointRow } from "#lib/api-types.ts";
import { Badge, Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const look: Record<PointState, readonly [Tone, StatusIcon]> = {
  available: ["ok", "check"],
  damaged: ["bad", "cross"],
  deleting: ["warn", "running"],
  deleted: ["idle", "none"],
};

export function PointStateBadge({ state }: { state: PointState }) {
  const [tone, icon] = look[state];
  return (
    <Status tone={tone} icon={icon}>
      {text.states[state]}
    </Status>
  );
}

/** The last verification in a word. */
export function VerifiedMark({ verified }: { verified: PointRow["lastVerified"] }) {
  if (verified === null) {
    return (
      <Status look="plain" tone="idle" icon="pending">
        {text.verification.never}
      </Status>
    );
  }
  const mode = text.verification.modes[verified.mode] ?? verified.mode;
  return (
    <Status look="plain" tone={verified.ok ? "ok" : "bad"} icon={verified.ok ? "check" : "cross"}>
      {verified.ok ? text.verification.ok : text.verification.failed} ({mode})
    </Status>
  );
}

/** Which retention tiers keep the point, whether it is pinned, and whether a snapshot still allows instant restore. */
export function TierBadges({
  point,
}: {
  point: Pick<PointRow, "tiers" | "pinnedAt" | "instantRestoreUntil">;
}) {
  const none = point.tiers.length === 0 && point.pinnedAt === null && point.instantRestoreUntil === null;
  if (none) return <span className="text-faint">{text.noExpiry}</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {point.tiers
        .filter((tier) => tier !== "pinned")
        .map((tier) => (
          <Badge key={tier}>{text.tiers[tier] ?? tier}</Badge>
        ))}
      {point.pinnedAt === null ? null : <Badge tone="accent">{text.pinned}</Badge>}
      {point.instantRestoreUntil === null ? null : <Badge tone="run">{text.instant}</Badge>}
    </span>
  );
}
