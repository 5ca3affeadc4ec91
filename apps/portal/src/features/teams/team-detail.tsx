"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ExplainCard } from "#features/teams/explain-card.tsx";
import { MembersCard } from "#features/teams/members-card.tsx";
import { RoleMatrix } from "#features/teams/role-matrix.tsx";
import { ScopesCard } from "#features/teams/scopes-card.tsx";
import type { TeamView } from "#lib/api-types.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";

/** One team: what it reaches, who has which role, what roles allow, and why a user may or may not do something. */
export function TeamDetail({ id }: { id: string }) {
  const t = useTranslations("teams");
  const shell = useTranslations("shell");
  const trpc = useTRPC();
  const team = useQuery(trpc.teams.get.queryOptions({ team: id }));
  return (
    <DetailFrame query={team} kind={shell("pages.team")} crumbs={[{ label: t("title"), href: "/teams" }]}>
      {(data) => <LoadedTeam team={data} />}
    </DetailFrame>
  );
}

function LoadedTeam({ team }: { team: TeamView }) {
  const t = useTranslations("teams");
  useTabTitle(team.name);
  return (
    <Page>
      <PageHeader
        title={team.name}
        crumbs={[{ label: t("title"), href: "/teams" }]}
        description={t("facts", { vms: team.vms, policies: team.policies })}
      />
      <div className="flex flex-col gap-4">
        <div className="grid items-start gap-4 xl:grid-cols-2">
          <ScopesCard team={team} />
          <MembersCard team={team.id} place={team.name} members={team} />
        </div>
        <ExplainCard team={team.id} />
        <RoleMatrix roles={team.roles} />
      </div>
    </Page>
  );
}
