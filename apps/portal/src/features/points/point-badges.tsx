"use client";
import { isHeldPointState, type PointState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { ConsistencyBadge } from "#features/points/consistency.tsx";
import { longestTier } from "#features/points/tiers.ts";
import type { PointRow } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Badge, Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const look: Record<PointState, readonly [Tone, StatusIcon]> = {
  available: ["ok", "check"],
  damaged: ["bad", "cross"],
  "soft-deleted": ["warn", "pending"],
  deleting: ["warn", "running"],
  deleted: ["idle", "none"],
};

export function PointStateBadge({ state }: { state: PointState }) {
  const t = useTranslations("points");
  const [tone, icon] = look[state];
  return (
    <Status tone={tone} icon={icon}>
      {t(`states.${state}`)}
    </Status>
  );
}

/** The consistency of a point, with the reason when it is less than the policy wants. */
export function PointConsistency({
  point,
}: {
  point: Pick<PointRow, "consistency" | "consistencyWanted" | "consistencyReason" | "consistencyNotice">;
}) {
  const notice = useNotice();
  return (
    <ConsistencyBadge
      reached={point.consistency}
      wanted={point.consistencyWanted}
      reason={
        point.consistencyReason === null ? null : notice(point.consistencyNotice, point.consistencyReason)
      }
    />
  );
}

/** The result and the mode of the last verification; of a sampled one, with the part that its round has read. */
export function VerifiedMark({ point }: { point: Pick<PointRow, "lastVerified" | "coverage"> }) {
  const t = useTranslations("points");
  const { lastVerified: verified, coverage } = point;
  if (verified === null) {
    return (
      <Status look="plain" tone="idle" icon="pending">
        {t("verification.never")}
      </Status>
    );
  }
  const mode = t(`verification.modes.${verified.mode}`);
  const verdictText = () => {
    if (!verified.ok) return t("verification.failed", { mode });
    if (verified.mode !== "sampled" || coverage === null) return t("verification.ok", { mode });
    return t("verification.okPart", { mode, percent: coverage.percent });
  };
  return (
    <Status look="plain" tone={verified.ok ? "ok" : "bad"} icon={verified.ok ? "check" : "cross"}>
      {verdictText()}
    </Status>
  );
}

/** The tier that keeps a point longest, with the number of the others; all of them on hover. */
export function TierSummary({
  point,
}: {
  point: Pick<PointRow, "tiers" | "pinnedAt" | "instantRestoreUntil" | "state">;
}) {
  const t = useTranslations("points");
  const format = useFormat();
  const longest = longestTier(point);
  // Retention does not judge what was deleted.
  if (!isHeldPointState(point.state)) return <span className="text-faint">–</span>;
  const instant = point.instantRestoreUntil === null ? null : <Badge tone="run">{t("instant")}</Badge>;
  if (longest === null) {
    return (
      <span className="inline-flex flex-wrap items-center gap-1">
        <span className="text-faint">{t("noExpiry")}</span>
        {instant}
      </span>
    );
  }
  const all = t("allTiers", { tiers: format.list(point.tiers.map((tier) => t(`tiers.${tier}`))) });
  const others = point.tiers.filter((tier) => tier !== longest).length;
  return (
    <span className="inline-flex flex-wrap items-center gap-1" title={all}>
      <Badge tone={longest === "pinned" ? "accent" : "idle"}>{t(`tiers.${longest}`)}</Badge>
      {others === 0 ? null : <span className="text-xs text-faint">{t("moreTiers", { count: others })}</span>}
      {instant}
    </span>
  );
}

/** The retention tiers that keep a point, whether it is pinned, and whether its snapshot still allows instant restore. */
export function TierBadges({
  point,
}: {
  point: Pick<PointRow, "tiers" | "pinnedAt" | "instantRestoreUntil">;
}) {
  const t = useTranslations("points");
  const none = point.tiers.length === 0 && point.pinnedAt === null && point.instantRestoreUntil === null;
  if (none) return <span className="text-faint">{t("noExpiry")}</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {point.tiers
        .filter((tier) => tier !== "pinned")
        .map((tier) => (
          <Badge key={tier}>{t(`tiers.${tier}`)}</Badge>
        ))}
      {point.pinnedAt === null ? null : <Badge tone="accent">{t("tiers.pinned")}</Badge>}
      {point.instantRestoreUntil === null ? null : <Badge tone="run">{t("instant")}</Badge>}
    </span>
  );
}
