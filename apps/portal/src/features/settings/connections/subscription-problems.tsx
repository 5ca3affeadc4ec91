"use client";
import { useTranslations } from "next-intl";
import type { ConnectionView } from "#lib/api-types.ts";
import { ErrorState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** The subscriptions that the last discovery could not read in full: why, since when, and what to do. */
export function SubscriptionProblems({ subscriptions }: Pick<ConnectionView, "subscriptions">) {
  const t = useTranslations("connections");
  const failing = subscriptions.filter(({ problem }) => problem !== null);
  if (failing.length === 0) return null;
  return (
    <ul className="flex flex-col gap-3">
      {failing.map(({ id, name, readable, problem, problemSince }) => (
        <li key={id} className="flex flex-col gap-1.5">
          <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm">
            <span data-value className="font-medium">
              {name}
            </span>
            <Status tone={readable ? "warn" : "bad"} icon={readable ? "warning" : "cross"}>
              {t(readable ? "partlyReadable" : "notReadable")}
            </Status>
            {problemSince === null ? null : (
              <span className="text-faint">
                {t.rich("since", { time: () => <TimeAgo at={problemSince} /> })}
              </span>
            )}
          </p>
          <ErrorState compact error={problem} />
        </li>
      ))}
    </ul>
  );
}
