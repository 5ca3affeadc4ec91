"use client";
import { useTranslations } from "next-intl";
import { ResourceStatus, ResourceText } from "#features/jobs/resource-standing.tsx";
import type { JobView } from "#lib/api-types.ts";

/** What the job made in Azure: whether it is needed, kept, being removed or removed, and why a removal fails. */
export function JobResources({ job }: { readonly job: JobView }) {
  const t = useTranslations("jobs");
  return (
    <ul className="divide-y divide-line">
      {job.resources.map((resource) => (
        <li key={resource.id} className="px-4 py-3">
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
            <ResourceStatus resource={resource} />
          </div>
          <ResourceText resource={resource} />
        </li>
      ))}
    </ul>
  );
}
