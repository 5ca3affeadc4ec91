"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { TestWithoutResult } from "#features/settings/test-without-result.tsx";
import { ConfirmChange, type VaultChange } from "#features/settings/vaults/confirm-change.tsx";
import { CopyDialog } from "#features/settings/vaults/copy-dialog.tsx";
import { CopyLine } from "#features/settings/vaults/copy-line.tsx";
import { SharingDialog } from "#features/settings/vaults/sharing-dialog.tsx";
import { TruthLine } from "#features/settings/vaults/truth-line.tsx";
import {
  AddVaultDialog,
  RenameVaultDialog,
  RotateVaultDialog,
} from "#features/settings/vaults/vault-dialogs.tsx";
import type { VaultView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

type FormOf = "rotate" | "rename" | "sharing" | "copy";
type What = FormOf | VaultChange;
type Open = { readonly what: What; readonly vault: VaultView };

/** Vaults: their place, state and last test. For owners. */
export function VaultsCard() {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const query = useQuery(
    trpc.vaults.list.queryOptions(undefined, {
      refetchInterval: (one) =>
        one.state.data?.some(({ test, truth }) => test.pending || truth.adopting) === true
          ? 1_000
          : every(15_000)(one),
    }),
  );
  const rows = query.data;
  const close = () => setOpen(null);
  return (
    <Card
      id="vaults"
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
          {rows.map((vault) => (
            <VaultItem key={vault.id} vault={vault} onOpen={(what) => setOpen({ what, vault })} />
          ))}
        </ul>
      )}
      {adding ? <AddVaultDialog onClose={() => setAdding(false)} /> : null}
      {open?.what === "rotate" ? <RotateVaultDialog vault={open.vault} onClose={close} /> : null}
      {open?.what === "rename" ? <RenameVaultDialog vault={open.vault} onClose={close} /> : null}
      {open?.what === "sharing" ? <SharingDialog vault={open.vault} onClose={close} /> : null}
      {open?.what === "copy" ? <CopyDialog vault={open.vault} vaults={rows ?? []} onClose={close} /> : null}
      {open === null || isForm(open.what) ? null : (
        <ConfirmChange what={open.what} vault={open.vault} onClose={close} />
      )}
    </Card>
  );
}

interface ItemProps {
  readonly vault: VaultView;
  readonly onOpen: (what: What) => void;
}

function VaultItem({ vault, onOpen }: ItemProps) {
  const t = useTranslations("vaults");
  const { name, state, isDefault, source, health, kind, use } = vault;
  const isOn = state === "enabled";
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h3 className="flex flex-wrap items-center gap-2 font-medium">
            <Link
              href={`/vaults/${vault.id}`}
              className="text-accent underline underline-offset-2"
              data-value
            >
              {name}
            </Link>
            {isDefault ? <Badge tone="accent">{t("default")}</Badge> : null}
            <Status tone={isOn ? "ok" : "idle"} icon={isOn ? "check" : "off"}>
              {t(`states.${state}`)}
            </Status>
            {health?.ok === false ? (
              <Status tone="bad" icon="cross">
                {t("failing")}
              </Status>
            ) : null}
            {source === "environment" ? <Badge>{t("fromEnvironment")}</Badge> : null}
          </h3>
          <p className="text-sm break-words text-muted">
            {kind === "folder"
              ? t("folderPlace", { folder: vault.folder ?? "–" })
              : t("blobPlace", { container: vault.container ?? "–", account: vault.account ?? "–" })}
          </p>
          <p className="text-sm text-muted">
            {t("points", use)}
            {use.softDeleted === 0 ? null : ` · ${t("softDeleted", { count: use.softDeleted })}`}
            {vault.keyId === null ? null : (
              <>
                {" · "}
                <span data-value className="break-words">
                  {t("key", { key: vault.keyId })}
                </span>
              </>
            )}
          </p>
          <p className="text-sm text-muted">
            {t(`sharing.shown.${vault.deduplication}`)}
            {vault.bandwidth === null ? null : ` · ${t("sharing.limit", { rate: String(vault.bandwidth) })}`}
          </p>
          <CopyLine copy={vault.copy} />
          <p className="mt-1">
            <TestLine vault={vault} />
          </p>
          <div className="mt-1">
            <TruthLine vault={vault} onAdopt={() => onOpen("adopt")} />
          </div>
        </div>
        <ItemActions vault={vault} onOpen={onOpen} />
      </div>
      {health?.ok === false && vault.test.ok !== false ? <ErrorState compact error={health.error} /> : null}
      <TestFailure vault={vault} />
    </li>
  );
}

function TestLine({ vault }: { vault: VaultView }) {
  const t = useTranslations("vaults");
  const { pending, ok, at, result } = vault.test;
  if (pending || ok === null || at === null) return <TestWithoutResult pending={pending} />;
  const failed = result?.checks.find(({ error }) => error !== null);
  return (
    <Status tone={ok ? "ok" : "bad"} icon={ok ? "check" : "cross"} look="plain">
      {failed === undefined
        ? t.rich("passed", { time: () => <TimeAgo at={at} /> })
        : t.rich("failed", { time: () => <TimeAgo at={at} />, check: t(`checks.${failed.check}`) })}
    </Status>
  );
}

function TestFailure({ vault }: { vault: VaultView }) {
  const { pending, result } = vault.test;
  const failed = result?.checks.find(({ error }) => error !== null);
  return pending || failed === undefined ? null : <ErrorState compact error={failed.error} />;
}

function ItemActions({ vault, onOpen }: ItemProps) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const { id, name, state, isDefault, source, kind, use, test: tested } = vault;
  const failed = { onError: outcome.failed(t("notDone")) };
  const test = useMutation(
    trpc.vaults.test.mutationOptions({ ...failed, onSuccess: () => outcome.refresh() }),
  );
  const enable = useMutation(
    trpc.vaults.enable.mutationOptions({ ...failed, onSuccess: () => outcome.done(t("enabled", { name })) }),
  );
  const isOn = state === "enabled";
  const isOwn = source === "portal";
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        size="sm"
        aria-label={t("testOf", { name })}
        busy={test.isPending || tested.pending}
        onClick={() => test.mutate({ vault: id })}
      >
        {t("test")}
      </Button>
      {isOwn ? (
        <Button size="sm" aria-label={t("renameOf", { name })} onClick={() => onOpen("rename")}>
          {t("rename")}
        </Button>
      ) : null}
      <Button size="sm" aria-label={t("sharing.of", { name })} onClick={() => onOpen("sharing")}>
        {t("sharing.action")}
      </Button>
      <CopyButton name={name} onOpen={() => onOpen("copy")} />
      {isOwn && kind === "azure-blob" ? (
        <Button size="sm" aria-label={t("rotateOf", { name })} onClick={() => onOpen("rotate")}>
          {t("rotate")}
        </Button>
      ) : null}
      {isOn && !isDefault ? (
        <Button size="sm" aria-label={t("makeDefaultOf", { name })} onClick={() => onOpen("makeDefault")}>
          {t("makeDefault")}
        </Button>
      ) : null}
      {isOn && !isDefault ? (
        <Button size="sm" aria-label={t("disableOf", { name })} onClick={() => onOpen("disable")}>
          {t("disable")}
        </Button>
      ) : null}
      {isOn ? null : (
        <Button
          size="sm"
          aria-label={t("enableOf", { name })}
          busy={enable.isPending}
          disabledReason={tested.ok === true ? null : t("untested")}
          onClick={() => enable.mutate({ vault: id })}
        >
          {t("enable")}
        </Button>
      )}
      {isOwn && !isDefault ? (
        <Button
          size="sm"
          aria-label={t("removeOf", { name })}
          disabledReason={use.ever === 0 ? null : t(isOn ? "keptOn" : "kept", { points: use.ever })}
          onClick={() => onOpen("remove")}
        >
          {t("remove")}
        </Button>
      ) : null}
    </div>
  );
}

function CopyButton({ name, onOpen }: { name: string; onOpen: () => void }) {
  const t = useTranslations("vaultCopies");
  return (
    <Button size="sm" aria-label={t("of", { name })} onClick={onOpen}>
      {t("action")}
    </Button>
  );
}

function isForm(what: What): what is FormOf {
  return what === "rotate" || what === "rename" || what === "sharing" || what === "copy";
}
