"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { AddConnectionDialog, ChooseDialog } from "#features/settings/connections/add-connection.tsx";
import { EditConnectionDialog } from "#features/settings/connections/edit-connection.tsx";
import { RotateConnectionDialog } from "#features/settings/connections/rotate-connection.tsx";
import { SubscriptionProblems } from "#features/settings/connections/subscription-problems.tsx";
import { TestLine, TestResult } from "#features/settings/connections/test-result.tsx";
import type { ConnectionView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";

type Open = {
  readonly what: "edit" | "choose" | "rotate" | "disable" | "remove";
  readonly connection: ConnectionView;
};

/** Connections to Azure: their state, last test and subscriptions. For owners. */
export function ConnectionsCard() {
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const query = useQuery(
    trpc.connections.list.queryOptions(undefined, {
      refetchInterval: (one) =>
        one.state.data?.some(({ test }) => test.pending) === true ? 1_000 : every(15_000)(one),
    }),
  );
  const rows = query.data;
  return (
    <Card
      id="connections"
      title={t("title")}
      description={t("lead")}
      flush={rows !== undefined && rows.length > 0}
      actions={
        <Button tone="primary" icon={<Plus aria-hidden="true" />} onClick={() => setAdding(true)}>
          {t("add")}
        </Button>
      }
    >
      {query.error !== null ? (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      ) : rows === undefined ? (
        <SkeletonLines lines={4} />
      ) : rows.length === 0 ? (
        <EmptyState title={t("emptyTitle")}>{t("emptyText")}</EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {rows.map((connection) => (
            <ConnectionItem
              key={connection.id}
              connection={connection}
              onOpen={(what) => setOpen({ what, connection })}
            />
          ))}
        </ul>
      )}
      {adding ? <AddConnectionDialog onClose={() => setAdding(false)} /> : null}
      {open === null ? null : <OpenDialog open={open} onClose={() => setOpen(null)} />}
    </Card>
  );
}

function OpenDialog({ open, onClose }: { open: Open; onClose: () => void }) {
  const t = useTranslations("connections");
  const { what, connection } = open;
  switch (what) {
    case "edit":
      return <EditConnectionDialog connection={connection} onClose={onClose} />;
    case "choose":
      return <ChooseDialog title={t("choose")} connection={connection} onClose={onClose} />;
    case "rotate":
      return <RotateConnectionDialog connection={connection} onClose={onClose} />;
    case "disable":
      return <DisableDialog connection={connection} onClose={onClose} />;
    case "remove":
      return <RemoveDialog connection={connection} onClose={onClose} />;
  }
  return what satisfies never;
}

interface ItemProps {
  readonly connection: ConnectionView;
  readonly onOpen: (what: Open["what"]) => void;
}

function ConnectionItem({ connection, onOpen }: ItemProps) {
  const t = useTranslations("connections");
  const { name, state, source, test, health, subscriptions, affects } = connection;
  const isOn = state === "enabled";
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h3 className="flex flex-wrap items-center gap-2 font-medium">
            <span data-value>{name}</span>
            <Status tone={isOn ? "ok" : "idle"} icon={isOn ? "check" : "off"}>
              {t(`states.${state}`)}
            </Status>
            {isOn && health?.ok === false ? (
              <Status tone="bad" icon="cross">
                {t("failing")}
              </Status>
            ) : null}
            {source === "environment" ? (
              <Badge title={t("environmentHint")}>{t("fromEnvironment")}</Badge>
            ) : null}
          </h3>
          <p className="text-sm text-muted">
            {t(`kinds.${connection.credentialKind}`)} · {t("subscriptions", { count: subscriptions.length })}{" "}
            · {t("vms", { vms: affects.vms })}
          </p>
          <p className="text-sm text-muted">
            {connection.cloud === "public" ? null : `${t(`clouds.${connection.cloud}`)} · `}
            {t("facts.tenant")} <Id>{connection.tenantId}</Id>
          </p>
          <p className="text-sm text-muted">
            {connection.clientId === null ? (
              t("systemIdentity")
            ) : (
              <>
                {t("facts.identity")} <Id>{connection.clientId}</Id>
              </>
            )}
          </p>
          <p className="mt-1">
            <TestLine connection={connection} />
          </p>
        </div>
        <ItemActions connection={connection} onOpen={onOpen} />
      </div>
      {isOn && health?.ok === false && test.ok !== false ? <ErrorState compact error={health.error} /> : null}
      {isOn && health?.ok !== false ? <SubscriptionProblems subscriptions={subscriptions} /> : null}
      {test.result === null || test.pending ? null : (
        <details className="text-sm" open={test.ok === false}>
          <summary className="w-fit cursor-pointer text-accent" aria-label={t("detailsOf", { name })}>
            {t("details")}
          </summary>
          <div className="mt-2 max-w-2xl">
            <TestResult connection={connection} />
          </div>
        </details>
      )}
    </li>
  );
}

function Id({ children }: { children: string }) {
  return (
    <span data-value className="font-mono text-xs break-all">
      {children}
    </span>
  );
}

function ItemActions({ connection, onOpen }: ItemProps) {
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const { id, name, state, source, test: tested, affects, subscriptions } = connection;
  const failed = { onError: outcome.failed(t("notDone")) };
  const test = useMutation(
    trpc.connections.test.mutationOptions({ ...failed, onSuccess: () => outcome.refresh() }),
  );
  const enable = useMutation(
    trpc.connections.enable.mutationOptions({
      ...failed,
      onSuccess: () => outcome.done(t("enabled", { name })),
    }),
  );
  const isOwn = source === "portal";
  const kept = Math.max(affects.vms, connection.pointVms);
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        size="sm"
        aria-label={t("testOf", { name })}
        busy={test.isPending || tested.pending}
        onClick={() => test.mutate({ connection: id })}
      >
        {t("test")}
      </Button>
      <Button size="sm" aria-label={t("editOf", { name })} onClick={() => onOpen("edit")}>
        {t("edit")}
      </Button>
      {isOwn ? (
        <>
          <Button size="sm" onClick={() => onOpen("choose")}>
            {t("choose")}
          </Button>
          <Button size="sm" aria-label={t("rotateOf", { name })} onClick={() => onOpen("rotate")}>
            {t("rotate")}
          </Button>
        </>
      ) : null}
      {state === "enabled" ? (
        <Button size="sm" aria-label={t("disableOf", { name })} onClick={() => onOpen("disable")}>
          {t("disable")}
        </Button>
      ) : (
        <Button
          size="sm"
          aria-label={t("enableOf", { name })}
          busy={enable.isPending}
          disabledReason={tested.ok === true ? null : t("untested")}
          onClick={() => (subscriptions.length === 0 ? onOpen("choose") : enable.mutate({ connection: id }))}
        >
          {t("enable")}
        </Button>
      )}
      {isOwn ? (
        <Button
          size="sm"
          aria-label={t("removeOf", { name })}
          disabledReason={kept === 0 ? null : t(state === "enabled" ? "keptOn" : "kept", { vms: kept })}
          onClick={() => onOpen("remove")}
        >
          {t("remove")}
        </Button>
      ) : null}
    </div>
  );
}

interface DialogProps {
  readonly connection: ConnectionView;
  readonly onClose: () => void;
}

function DisableDialog({ connection, onClose }: DialogProps) {
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const { id, name, affects } = connection;
  const disable = useMutation(
    trpc.connections.disable.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("disabled", { name }));
      },
      onError: outcome.failed(t("notDone")),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("disableTitle", { name })}
      description={
        <>
          <p>{t("disableText")}</p>
          <p className="mt-2 font-medium text-ink">{t("affected", affects)}</p>
        </>
      }
      action={t("disableSubmit")}
      busy={disable.isPending}
      onConfirm={() => disable.mutate({ connection: id })}
    />
  );
}

function RemoveDialog({ connection, onClose }: DialogProps) {
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const { id, name } = connection;
  const remove = useMutation(
    trpc.connections.remove.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("removed", { name }));
      },
      onError: outcome.failed(t("notDone")),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("removeTitle", { name })}
      description={t("removeText")}
      action={t("remove")}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ connection: id })}
    />
  );
}
