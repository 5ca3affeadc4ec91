"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SessionsTable } from "#features/tokens/sessions-table.tsx";
import { TokensTable } from "#features/tokens/tokens-table.tsx";
import type { PersonView, TokenView } from "#lib/api-types.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { roleName } from "#lib/viewer.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** One user: roles, sessions and tokens, with a way to end what they use. */
export function PersonDetail({ id }: { id: string }) {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const trpc = useTRPC();
  const person = useQuery(trpc.people.get.queryOptions({ person: id }));
  return (
    <DetailFrame
      query={person}
      kind={shell("pages.person")}
      crumbs={[{ label: t("title"), href: "/people" }]}
    >
      {(data) => <LoadedPerson person={data} />}
    </DetailFrame>
  );
}

function LoadedPerson({ person }: { person: PersonView }) {
  const t = useTranslations("people");
  const words = useTranslations("tokens");
  useTabTitle(person.name);
  const { disabledBy, lastSeenAt } = person;
  const shows = person.canRevoke || person.isSelf;
  return (
    <Page>
      <PageHeader
        title={person.name}
        crumbs={[{ label: t("title"), href: "/people" }]}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span data-value>{person.username}</span>
            <Status tone={disabledBy === null ? "ok" : "idle"} icon={disabledBy === null ? "check" : "off"}>
              {disabledBy === null ? t("enabled") : t(`disabledBy.${disabledBy}`)}
            </Status>
            {lastSeenAt === null ? null : (
              <span>{words.rich("person.lastSignIn", { time: () => <TimeAgo at={lastSeenAt} /> })}</span>
            )}
          </span>
        }
      />
      <div className="flex flex-col gap-4">
        <RolesCard person={person} />
        {shows ? <PersonSessions person={person} /> : <p className="text-muted">{words("person.hidden")}</p>}
        {shows ? <PersonTokens person={person} /> : null}
      </div>
    </Page>
  );
}

function RolesCard({ person }: { person: PersonView }) {
  const t = useTranslations("tokens");
  const shell = useTranslations("shell");
  return (
    <Card id="roles" title={t("person.roles")}>
      {person.roles.length === 0 ? <p className="text-muted">{t("person.noRoles")}</p> : null}
      <ul className="flex flex-col gap-1">
        {person.roles.map((held) => (
          <li key={`${held.role ?? held.custom?.id}-${held.team?.id ?? ""}-${held.group?.id ?? ""}`}>
            <span className="font-medium">
              {shell("rolesInScope", {
                role: roleName(held, shell),
                scope: held.team?.name ?? shell("wholeOrganization"),
              })}
            </span>{" "}
            {held.group === null ? null : (
              <span className="text-sm text-muted">{t("person.byGroup", { group: held.group.name })}</span>
            )}
          </li>
        ))}
      </ul>
      {person.accounts.length === 0 ? null : (
        <div className="mt-3">
          <p className="eyebrow">{t("person.accounts")}</p>
          <ul className="text-sm">
            {person.accounts.map(({ id, name, username }) => (
              <li key={id} data-value>
                {name} ({username})
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function PersonSessions({ person }: { person: PersonView }) {
  const t = useTranslations("tokens");
  const people = useTranslations("people");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const handlers = {
    onSuccess: ({ sessions }: { sessions: number }) => outcome.done(t("ended", { count: sessions })),
    onError: outcome.failed(t("endFailed")),
  };
  const end = useMutation(trpc.people.endSession.mutationOptions(handlers));
  const signOut = useMutation(trpc.people.signOut.mutationOptions(handlers));
  return (
    <Card
      id="sessions"
      title={t("sessions")}
      description={t("sessionsOf", { name: person.name })}
      flush
      actions={
        person.sessions.length === 0 ? undefined : (
          <Button
            aria-label={people("signOutOf", { name: person.name })}
            busy={signOut.isPending}
            onClick={() => signOut.mutate({ person: person.id })}
          >
            {t("everywhere")}
          </Button>
        )
      }
    >
      <SessionsTable
        sessions={person.sessions}
        busy={end.isPending}
        onEnd={({ id }) => end.mutate({ session: id })}
      />
    </Card>
  );
}

function PersonTokens({ person }: { person: PersonView }) {
  const t = useTranslations("tokens");
  const settings = useTranslations("settings");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  const revoke = useMutation(
    trpc.people.revokeToken.mutationOptions({
      onSuccess: async ({ name }) => {
        setRevoking(null);
        await outcome.done(settings("revokeDone", { name }));
      },
      onError: outcome.failed(settings("revokeFailed")),
    }),
  );
  return (
    <Card id="tokens" title={settings("tokens")} description={t("tokensOf", { name: person.name })} flush>
      <TokensTable
        label={settings("tokens")}
        tokens={person.tokens}
        onRevoke={setRevoking}
        empty={<EmptyState title={t("noTokens")}>{t("noTokensText")}</EmptyState>}
      />
      {revoking === null ? null : (
        <ConfirmDialog
          open
          onOpenChange={() => setRevoking(null)}
          title={settings("revokeTitle", { name: revoking.name })}
          description={settings("revokeText")}
          action={settings("revokeSubmit")}
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate({ person: person.id, token: revoking.id })}
        />
      )}
    </Card>
  );
}
