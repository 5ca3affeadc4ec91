"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import type { UserRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { may } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import type { Column } from "#ui/data-table.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { PagedTable } from "#ui/paged-table.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Of this list; a user is below it. */
const address = "/people";
const sort = { by: "name", direction: "asc" } as const;

function useUserColumns(onDisable: (user: UserRow) => void): readonly Column<UserRow>[] {
  const t = useTranslations("people");
  const words = useTranslations("tokens");
  const format = useFormat();
  const count = (key: "roles" | "sessions" | "tokens"): Column<UserRow> => ({
    key,
    header: t(`columns.${key}`),
    className: "w-24",
    align: "right",
    from: "md",
    cell: (user) => format.number(user[key]),
  });
  return [
    {
      key: "name",
      header: t("columns.name"),
      isRowHeader: true,
      cell: (user) => (
        <span data-value className="block py-1">
          <Link
            href={`${address}/${user.id}`}
            className="font-medium hover:underline"
            aria-label={words("person.open", { name: user.name })}
          >
            {user.name}
          </Link>
          <span className="block text-xs break-all text-faint">{user.username}</span>
          {user.linked === 0 ? null : (
            <span className="block text-xs text-muted">{t("linked", { count: user.linked })}</span>
          )}
        </span>
      ),
    },
    {
      key: "state",
      header: t("columns.state"),
      className: "w-48",
      cell: ({ disabledBy }) => (
        <Status tone={disabledBy === null ? "ok" : "idle"} icon={disabledBy === null ? "check" : "off"}>
          {disabledBy === null ? t("enabled") : t(`disabledBy.${disabledBy}`)}
        </Status>
      ),
    },
    count("roles"),
    count("sessions"),
    count("tokens"),
    {
      key: "seen",
      header: t("columns.seen"),
      className: "w-40",
      from: "sm",
      cell: ({ lastSeenAt }) =>
        lastSeenAt === null ? <span className="text-faint">{t("never")}</span> : <TimeAgo at={lastSeenAt} />,
    },
    {
      key: "actions",
      header: t("columns.actions"),
      className: "w-56",
      hideHeader: true,
      align: "right",
      cell: (user) => <UserActions user={user} onDisable={() => onDisable(user)} />,
    },
  ];
}

/** The users that the viewer sees: all for owners, the members of their teams for others. */
export function PeopleList() {
  const t = useTranslations("people");
  const trpc = useTRPC();
  const [search, setSearch] = useState("");
  const [page, setPage] = useState(1);
  const [disabling, setDisabling] = useState<UserRow | null>(null);
  const columns = useUserColumns(setDisabling);
  const query = useQuery(
    trpc.people.list.queryOptions(
      { page, ...(search.trim() !== "" && { search: search.trim() }) },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Page>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="mb-3 max-w-sm">
        <Input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={search}
          onChange={(event) => {
            setPage(1);
            setSearch(event.target.value);
          }}
        />
      </div>
      <Card flush>
        <PagedTable
          label={t("title")}
          columns={columns}
          query={query}
          rowKey={(user) => user.id}
          sort={sort}
          onSort={() => undefined}
          onPage={setPage}
          empty={<EmptyState title={t("emptyTitle")}>{t("emptyText")}</EmptyState>}
        />
      </Card>
      {disabling === null ? null : <DisableDialog user={disabling} onClose={() => setDisabling(null)} />}
    </Page>
  );
}

function UserActions({ user, onDisable }: { user: UserRow; onDisable: () => void }) {
  const t = useTranslations("people");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const isOwner = may(useViewer(), "platform:manage");
  const failed = { onError: outcome.failed(t("failed")) };
  const { id, name } = user;
  const signOut = useMutation(
    trpc.people.signOut.mutationOptions({
      ...failed,
      onSuccess: ({ sessions }) => outcome.done(t("signedOut", { count: sessions })),
    }),
  );
  const enable = useMutation(
    trpc.people.enable.mutationOptions({
      ...failed,
      onSuccess: () => outcome.done(t("enabledDone", { name })),
    }),
  );
  return (
    <span className="flex flex-wrap justify-end gap-2">
      {user.sessions === 0 ? null : (
        <Button
          size="sm"
          aria-label={t("signOutOf", { name })}
          busy={signOut.isPending}
          onClick={() => signOut.mutate({ person: id })}
        >
          {t("signOut")}
        </Button>
      )}
      {!isOwner ? null : user.disabledBy === null ? (
        <Button size="sm" aria-label={t("disableOf", { name })} onClick={onDisable}>
          {t("disable")}
        </Button>
      ) : (
        <Button
          size="sm"
          aria-label={t("enableOf", { name })}
          busy={enable.isPending}
          onClick={() => enable.mutate({ person: id })}
        >
          {t("enable")}
        </Button>
      )}
    </span>
  );
}

function DisableDialog({ user, onClose }: { user: UserRow; onClose: () => void }) {
  const t = useTranslations("people");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const { id, name } = user;
  const isWrong = reason.trim().length < 3 || reason.trim().length > 200;
  const disable = useMutation(
    trpc.people.disable.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("disabled", { name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("disableTitle", { name })}
      description={t("disableText")}
      submit={t("disable")}
      busy={disable.isPending}
      entered={reason !== ""}
      error={disable.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!isWrong) disable.mutate({ person: id, reason: reason.trim() });
      }}
    >
      <Field label={t("reason")} error={tried && isWrong ? t("reasonWrong") : undefined}>
        <Input value={reason} autoComplete="off" onChange={(event) => setReason(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
