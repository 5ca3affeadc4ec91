"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import { MembersCard } from "#features/teams/members-card.tsx";
import type { TeamRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { may } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";

function useTeamColumns(): readonly Column<TeamRow>[] {
  const t = useTranslations("teams");
  const format = useFormat();
  const count = (key: "vms" | "policies", read: (team: TeamRow) => number): Column<TeamRow> => ({
    key,
    header: t(`columns.${key}`),
    className: "w-24",
    align: "right",
    cell: (team) => format.number(read(team)),
  });
  return [
    {
      key: "name",
      header: t("columns.name"),
      isRowHeader: true,
      cell: (team) => (
        <Link data-value href={`/teams/${team.slug}`} className="font-medium hover:underline">
          {team.name}
        </Link>
      ),
    },
    count("vms", ({ vms }) => vms),
    count("policies", ({ policies }) => policies),
    {
      key: "scopes",
      header: t("columns.scopes"),
      className: "w-24",
      align: "right",
      from: "sm",
      cell: ({ scopes }) => format.number(scopes.length),
    },
    {
      key: "members",
      header: t("columns.members"),
      className: "w-36",
      align: "right",
      from: "sm",
      cell: ({ members }) => format.number(members.length),
    },
  ];
}

/** The teams that the user sees, and for owners who holds roles in the whole organization. */
export function TeamList() {
  const t = useTranslations("teams");
  const trpc = useTRPC();
  const isOwner = may(useViewer(), "platform:manage");
  const [creating, setCreating] = useState(false);
  const columns = useTeamColumns();
  const teams = useQuery(trpc.teams.list.queryOptions());
  const create = isOwner ? (
    <Button tone="primary" icon={<Plus aria-hidden="true" />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  ) : undefined;
  return (
    <Page>
      <PageHeader title={t("title")} description={t("lead")} actions={create} />
      <div className="flex flex-col gap-4">
        <Card flush>
          <DataTable
            label={t("title")}
            columns={columns}
            rows={teams.data}
            rowKey={(team) => team.id}
            error={teams.error}
            onRetry={() => void teams.refetch()}
            skeletonRows={2}
            empty={<EmptyState title={t("emptyTitle")}>{t("emptyText")}</EmptyState>}
          />
        </Card>
        {isOwner ? <OrganizationCard /> : null}
      </div>
      {creating ? <CreateTeamDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function OrganizationCard() {
  const t = useTranslations("teams");
  const trpc = useTRPC();
  const query = useQuery(trpc.teams.organization.queryOptions());
  if (query.data !== undefined)
    return <MembersCard team={null} place={t("organization")} members={query.data} />;
  return (
    <Card title={t("organization")}>
      {query.error === null ? <SkeletonLines lines={3} /> : <ErrorState compact error={query.error} />}
    </Card>
  );
}

function CreateTeamDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("teams");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const isWrong = name.trim() === "" || name.trim().length > 80;
  const create = useMutation(
    trpc.teams.create.mutationOptions({
      onSuccess: async (team) => {
        onClose();
        await outcome.done(t("created", { name: team.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("createTitle")}
      submit={t("create")}
      busy={create.isPending}
      entered={name !== ""}
      error={create.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!isWrong) create.mutate({ name: name.trim() });
      }}
    >
      <Field label={t("name")} error={tried && isWrong ? t("nameWrong") : undefined}>
        <Input value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
