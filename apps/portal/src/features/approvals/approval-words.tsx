"use client";
import type { ApprovalState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { ApprovalRow } from "#lib/api-types.ts";
import { messageKey } from "#messages/catalog.ts";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const look: Record<ApprovalState, readonly [Tone, StatusIcon]> = {
  pending: ["warn", "waiting"],
  executed: ["ok", "check"],
  rejected: ["bad", "cross"],
  withdrawn: ["idle", "none"],
  expired: ["idle", "stopped"],
  cancelled: ["idle", "stopped"],
  failed: ["bad", "warning"],
};

export function ApprovalStateBadge({ state }: { state: ApprovalState }) {
  const t = useTranslations("approvals");
  const [tone, icon] = look[state];
  return (
    <Status tone={tone} icon={icon}>
      {t(`states.${state}`)}
    </Status>
  );
}

/** The operation in words: "Delete recovery points". */
export function useKindText(): (kind: ApprovalRow["kind"]) => string {
  const t = useTranslations("approvals");
  return (kind) => t(`kinds.${messageKey(kind)}`);
}

/** What a request is about: a policy, or the first machines that the user sees. */
export function useAboutText(): (row: Pick<ApprovalRow, "target" | "vms" | "vmCount">) => string {
  const t = useTranslations("approvals");
  return ({ target, vms, vmCount }) => {
    if (target?.type === "guardrails")
      return t("guardrails", { version: /\d+$/u.exec(target.name)?.[0] ?? "" });
    if (target !== null) return target.name;
    const names = vms.map(({ name }) => name).join(", ");
    const count = vmCount - vms.length;
    if (names === "") return t("hidden");
    return count > 0 ? t("more", { names, count }) : names;
  };
}

/** What a request does, as sentences; nothing where the user does not see everything that it affects. */
export function EffectList({ effect }: { effect: ApprovalRow["effect"] }) {
  const t = useTranslations("approvals");
  if (effect === null) return null;
  const { points, sooner, vms, pinned, lastGood, undoDays } = effect;
  return (
    <ul className="flex list-disc flex-col gap-1 pl-4 marker:text-faint">
      {points > 0 ? <li className="font-medium">{t("effect.points", { points, vms })}</li> : null}
      {sooner > 0 ? <li>{t("effect.sooner", { sooner })}</li> : null}
      {pinned > 0 ? <li>{t("effect.pinned", { pinned })}</li> : null}
      {points + sooner === 0 ? <li>{t("effect.none")}</li> : null}
      {undoDays === null ? null : (
        <li className={undoDays === 0 ? "text-bad" : undefined}>{t("effect.undo", { days: undoDays })}</li>
      )}
      {lastGood > 0 ? <li className="text-warn">{t("effect.lastGood", { lastGood })}</li> : null}
    </ul>
  );
}
