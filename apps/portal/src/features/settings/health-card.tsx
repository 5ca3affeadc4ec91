"use client";
import { workNames } from "@kluis/domain";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type Part, useHealthText } from "#features/settings/use-health-text.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Database, engine, and each vault and connection with its health. */
export function HealthCard() {
  const t = useTranslations("settings");
  const trpc = useTRPC();
  const health = useQuery(trpc.settings.health.queryOptions(undefined, { refetchInterval: every(15_000) }));
  const view = health.data;
  return (
    <Card
      id="health"
      title={view === undefined ? t("health") : view.ok ? t("healthOk") : t("healthBad")}
      flush={view !== undefined}
      actions={
        <Button
          size="sm"
          icon={<RefreshCw aria-hidden="true" />}
          busy={health.isFetching}
          onClick={() => void health.refetch()}
        >
          {t("check")}
        </Button>
      }
      footer={
        view === undefined ? undefined : (
          <p className="text-sm text-muted">{t("version", { version: view.version })}</p>
        )
      }
    >
      {health.error !== null ? (
        <ErrorState compact error={health.error} onRetry={() => void health.refetch()} />
      ) : view === undefined ? (
        <SkeletonLines lines={4} />
      ) : (
        <ul className="divide-y divide-line">
          {view.parts.map((part) => (
            <li
              key={`${part.part} ${part.subject?.id}`}
              className="flex flex-wrap items-start justify-between gap-x-6 gap-y-1 px-4 py-3"
            >
              <div className="min-w-0">
                <p className="flex flex-wrap items-center gap-2.5 font-medium">
                  <PartName part={part} />
                  <Status tone={part.ok ? "ok" : "bad"} icon={part.ok ? "check" : "cross"}>
                    {part.ok ? t("healthy") : t("degraded")}
                  </Status>
                  {part.code === null || part.part === "attention" ? null : (
                    <code className="font-mono text-xs text-bad">{part.code}</code>
                  )}
                </p>
                <PartText part={part} />
                {part.part === "attention" && !part.ok ? (
                  <Link href="/#attention" className="text-sm font-medium text-accent hover:underline">
                    {t("attentionLink")}
                  </Link>
                ) : null}
              </div>
              {part.checkedAt === null ? null : (
                <p className="text-sm text-faint">
                  {t.rich("checked", { time: () => <TimeAgo at={part.checkedAt} /> })}
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function PartName({ part: { part, subject } }: { part: Part }) {
  const t = useTranslations("settings");
  if (subject === null) return t(`parts.${part}`);
  if (part === "work") {
    const work = workNames.find((name) => name === subject.id);
    return work === undefined ? subject.name : t(`work.${work}`);
  }
  return (
    <span>
      {t(`subjects.${part === "vault" || part === "damage" ? part : "connection"}`)}{" "}
      <span data-value>{subject.name}</span>
    </span>
  );
}

/** The first failed item of the engine's work, and how many others failed. */
function FailedItems({ failed }: { failed: Part["failed"] }) {
  const t = useTranslations("settings");
  if (failed === null || failed.first === null) return null;
  const more = failed.items - 1;
  return (
    <p className="break-words text-muted">
      {t.rich("failedItem", { value: () => <span data-value>{failed.first}</span> })}
      {more > 0 ? ` · ${t("failedMore", { count: more })}` : null}
    </p>
  );
}

/** What the last check found; of a problem also what to do, and since when. */
function PartText({ part }: { part: Part }) {
  const t = useTranslations("settings");
  const { message, action } = useHealthText()(part);
  const isWork = part.part === "work";
  return (
    <>
      <FailedItems failed={part.failed} />
      <p className="break-words text-muted">{message}</p>
      {action === null ? null : <p className="text-sm text-muted">{action}</p>}
      {part.ok || part.since === null ? null : (
        <p className="text-sm text-faint">
          {t.rich(isWork ? "lastSuccess" : "since", {
            time: () => <TimeAgo at={part.since} />,
          })}
        </p>
      )}
    </>
  );
}
