"use client";
import { type ResourceStanding, standingOf } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { JobView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Status } from "#ui/status.tsx";
import { AbsoluteTime, TimeAgo } from "#ui/time-ago.tsx";

/** A resource in Azure. Only a restored disk can be delivered. */
export type Resource = Omit<JobView["resources"][number], "delivered"> & { readonly delivered?: boolean };

const looks = {
  "in-use": { tone: "run", icon: "pending" },
  kept: { tone: "ok", icon: "check" },
  delivered: { tone: "ok", icon: "check" },
  removing: { tone: "idle", icon: "pending" },
  refused: { tone: "warn", icon: "warning" },
  removed: { tone: "idle", icon: "check" },
} as const satisfies Record<ResourceStanding, { tone: string; icon: string }>;

const standing = ({ delivered = false, ...resource }: Resource): ResourceStanding =>
  standingOf({ ...resource, delivered, failed: resource.lastError !== null });

/** The wanted and the actual state of a resource, in a word. */
export function ResourceStatus({ resource }: { readonly resource: Resource }) {
  const t = useTranslations("jobs");
  const is = standing(resource);
  const { tone, icon } = looks[is];
  return (
    <Status look="plain" tone={tone} icon={icon}>
      {t(`resources.standings.${is}`)}
    </Status>
  );
}

/** Until when a resource is kept, why it is removed, the last refusal with what to do, and the next try. */
export function ResourceText({ resource }: { readonly resource: Resource }) {
  const t = useTranslations("jobs");
  const describe = useErrorView();
  const is = standing(resource);
  const { keepUntil, reason, lastError, nextTryAt, tries, removedAt } = resource;
  const error = lastError === null || is === "removed" ? null : describe(lastError);
  return (
    <div className="mt-1 text-sm break-words text-muted">
      {is === "kept" && keepUntil !== null ? (
        <p>
          {t.rich("resources.keptUntil", { time: () => <AbsoluteTime at={keepUntil} seconds={false} /> })}
        </p>
      ) : null}
      {reason === null ? null : <p>{t(`resources.reasons.${reason}`)}</p>}
      {error === null ? null : (
        <p className="text-ink">
          {error.message} {error.action}
        </p>
      )}
      {error !== null && nextTryAt !== null ? (
        <p>{t.rich("resources.nextTry", { count: tries, time: () => <AbsoluteTime at={nextTryAt} /> })}</p>
      ) : null}
      {removedAt === null ? null : (
        <p>{t.rich("resources.removedAt", { time: () => <TimeAgo at={removedAt} /> })}</p>
      )}
    </div>
  );
}
