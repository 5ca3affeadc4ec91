"use client";
import type { RouterOutputs } from "@kluis/api/types";
import { useMutation, useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card, Facts } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

type Directory = RouterOutputs["directory"]["get"];

/** When accounts and groups were read from the directory, what failed, and what it needs. For owners. */
export default function DirectoryCard() {
  const t = useTranslations("directory");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const query = useQuery(
    trpc.directory.get.queryOptions(undefined, {
      refetchInterval: (one) => ((one.state.data?.startedAt ?? null) === null ? every(15_000)(one) : 2_000),
    }),
  );
  const read = useMutation(
    trpc.directory.sync.mutationOptions({ onSuccess: () => outcome.done(t("asked")) }),
  );
  const view = query.data;
  return (
    <Card
      id="directory"
      title={t("title")}
      description={t("lead")}
      actions={
        view?.isOn === true ? (
          <Button icon={<RefreshCw aria-hidden="true" />} busy={read.isPending} onClick={() => read.mutate()}>
            {t("read")}
          </Button>
        ) : null
      }
    >
      {query.error !== null ? (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      ) : view === undefined ? (
        <SkeletonLines lines={4} />
      ) : (
        <div className="flex flex-col gap-4">
          {view.isOn ? <Problem problem={view.problem} /> : <Alert title={t("off")}>{t("offText")}</Alert>}
          <DirectoryFacts view={view} />
          {read.error === null ? null : <ErrorState compact error={read.error} />}
        </div>
      )}
    </Card>
  );
}

function Problem({ problem }: Pick<Directory, "problem">) {
  const t = useTranslations("directory");
  const describe = useErrorView();
  if (problem === null) return null;
  const { title, message, action } = describe(problem.error);
  return (
    <Alert tone="warn" title={title}>
      <p>{message}</p>
      <p>{action}</p>
      {problem.first === null ? null : <p>{t("failures", { items: problem.items, first: problem.first })}</p>}
    </Alert>
  );
}

function DirectoryFacts({ view }: { view: Directory }) {
  const t = useTranslations("directory");
  const { isOn, host, tenantId, people, groups, lastSuccessAt, startedAt, problem } = view;
  const state = problem !== null ? "failing" : lastSuccessAt === null ? "waiting" : "working";
  const look = {
    failing: { tone: "bad", icon: "cross" },
    waiting: { tone: "idle", icon: "waiting" },
    working: { tone: "ok", icon: "check" },
  } as const;
  return (
    <Facts
      columns={2}
      facts={[
        ...(isOn
          ? [
              {
                label: t("lastSuccess"),
                value: (
                  <span className="flex flex-wrap items-center gap-2">
                    <Status {...look[state]}>{t(`states.${state}`)}</Status>
                    {lastSuccessAt === null ? t("never") : <TimeAgo at={lastSuccessAt} />}
                    {startedAt === null ? null : <span className="text-muted">({t("running")})</span>}
                  </span>
                ),
              },
              { label: t("interval"), value: t("every", { minutes: view.everyMinutes }) },
              {
                label: t("source"),
                value: <span data-value>{t("tenant", { host: host ?? "–", tenant: tenantId ?? "–" })}</span>,
              },
            ]
          : []),
        { label: t("people"), value: t("peopleText", people) },
        { label: t("groups"), value: t("groupsText", groups) },
        { label: t("rights"), value: t("rightsText", { hours: view.groupRightsHours }) },
        {
          label: t("permissions"),
          value: t("permissionsText", { names: view.permissions.join(", ") }),
        },
      ]}
    />
  );
}
