"use client";
import { type ResourceStanding, standingOf } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { JobView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Status } from "#ui/status.tsx";
import { AbsoluteTime, TimeAgo } from "#ui/time-ago.tsx";

type Resource = JobView["resources"][number];

const looks = {
  "in-use": { tone: "run", icon: "pending" },
  kept: { tone: "ok", icon: "check" },
  delivered: { tone: "ok", icon: "check" },
  removing: { tone: "idle", icon: "pending" },
  refused: { tone: "warn", icon: "warning" },
  removed: { tone: "idle", icon: "check" },
} as const satisfies Record<ResourceStanding, { tone: string; icon: string }>;

/** What the job made in Azure: whether it is needed, kept, being removed or removed, and why a removal fails. */
export function JobResources({ job }: { readonly job: JobView }) {
  return (
    <ul className="divide-y divide-line">
      {job.resources.map((resource) => (
        <li key={resource.id} className="px-4 py-3">
          <ResourceRow resource={resource} />
        </li>
      ))}
    </ul>
  );
}

function ResourceRow({ resource }: { readonly resource: Resource }) {
  const t = useTranslations("jobs");
  const standing = standingOf({ ...resource, failed: resource.lastError !== null });
  const { tone, icon } = looks[standing];
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 font-medium">
          {t(`resources.kinds.${resource.kind}`)}
          <span
            className="min-w-0 truncate text-sm font-normal text-muted"
            title={resource.resourceId}
            data-value
          >
            {resource.resourceId.split("/").at(-1)}
          </span>
        </p>
        <Status look="plain" tone={tone} icon={icon}>
          {t(`resources.standings.${standing}`)}
        </Status>
      </div>
      <ResourceText resource={resource} standing={standing} />
    </>
  );
}

function ResourceText({
  resource,
  standing,
}: {
  readonly resource: Resource;
  readonly standing: ResourceStanding;
}) {
  const t = useTranslations("jobs");
  const describe = useErrorView();
  const { keepUntil, reason, lastError, nextTryAt, tries, removedAt } = resource;
  const error = lastError === null || standing === "removed" ? null : describe(lastError);
  return (
    <div className="mt-1 text-sm break-words text-muted">
      {standing === "kept" && keepUntil !== null ? (
        <p>{t.rich("resources.keptUntil", { time: () => <AbsoluteTime at={keepUntil} /> })}</p>
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
