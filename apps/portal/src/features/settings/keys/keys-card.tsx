"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { AddKeyDialog, type AddWhat } from "#features/settings/keys/add-dialogs.tsx";
import { ConfirmKeyChange, type KeyChangeWhat } from "#features/settings/keys/confirm.tsx";
import { ProveDialog } from "#features/settings/keys/prove-dialog.tsx";
import type { VaultKeysView, VaultKeyView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** The keys of all vaults that were opened once. For owners. */
export function KeysCards() {
  const t = useTranslations("vaultKeys");
  const trpc = useTRPC();
  const query = useQuery(trpc.vaults.list.queryOptions());
  const used = query.data?.filter(({ keyId }) => keyId !== null);
  if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (used === undefined) return <SkeletonLines lines={4} />;
  if (used.length === 0) return <EmptyState title={t("unusedTitle")}>{t("unusedText")}</EmptyState>;
  return (
    <div className="flex flex-col gap-4">
      <h2 className="sr-only">{t("title")}</h2>
      <p className="text-sm text-muted">{t("lead")}</p>
      {used.map(({ id, name }) => (
        <VaultKeysCard key={id} vault={{ id, name }} />
      ))}
    </div>
  );
}

interface Vault {
  readonly id: string;
  readonly name: string;
}
type Open = AddWhat | "prove" | KeyChangeWhat;

function VaultKeysCard({ vault }: { readonly vault: Vault }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState<Open | null>(null);
  const query = useQuery(
    trpc.vaultKeys.list.queryOptions({ vault: vault.id }, { refetchInterval: every(60_000) }),
  );
  const close = () => setOpen(null);
  const view = query.data;
  return (
    <Card title={vault.name} actions={<Actions vault={vault} onOpen={setOpen} />}>
      {query.error !== null ? (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      ) : view === undefined ? (
        <SkeletonLines lines={3} />
      ) : (
        <Keys view={view} onOpen={setOpen} />
      )}
      {open === null ? null : open === "prove" ? (
        <ProveDialog vault={vault} onClose={close} />
      ) : typeof open === "string" ? (
        <AddKeyDialog what={open} vault={vault} onClose={close} onProve={() => setOpen("prove")} />
      ) : (
        <ConfirmKeyChange what={open} vault={vault} onClose={close} />
      )}
    </Card>
  );
}

interface ActionsProps {
  readonly vault: Vault;
  readonly onOpen: (what: Open) => void;
}

function Actions({ vault: { name }, onOpen }: ActionsProps) {
  const t = useTranslations("vaultKeys");
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        tone="primary"
        icon={<Plus aria-hidden="true" />}
        aria-label={t("makeRecoveryOf", { name })}
        onClick={() => onOpen("recovery")}
      >
        {t("makeRecovery")}
      </Button>
      <Button aria-label={t("makeSharesOf", { name })} onClick={() => onOpen("shares")}>
        {t("makeShares")}
      </Button>
      <Button aria-label={t("addKeyVaultOf", { name })} onClick={() => onOpen("key-vault")}>
        {t("addKeyVault")}
      </Button>
      <Button aria-label={t("addFileOf", { name })} onClick={() => onOpen("file")}>
        {t("addFile")}
      </Button>
      <Button aria-label={t("rotateOf", { name })} onClick={() => onOpen({ kind: "rotate" })}>
        {t("rotate")}
      </Button>
    </div>
  );
}

function Keys({ view, onOpen }: { readonly view: VaultKeysView; readonly onOpen: (what: Open) => void }) {
  const t = useTranslations("vaultKeys");
  const onPaper = view.keys.some(({ kind }) => kind === "recovery" || kind === "shares");
  return (
    <div className="flex flex-col gap-3">
      {view.isRecoverable ? null : (
        <Alert tone="warn" title={onPaper ? t("unproven") : t("noRecovery")}>
          {onPaper ? t("unprovenText") : t("noRecoveryText")}
        </Alert>
      )}
      {view.ignored === 0 ? null : (
        <Alert tone="warn" title={t("odd", { count: view.ignored })}>
          {t("oddText")}
        </Alert>
      )}
      <ul className="divide-y divide-line">
        {view.keys.map((key) => (
          <KeyItem key={key.id} one={key} vault={view.vault.name} onOpen={onOpen} />
        ))}
      </ul>
      <p className="text-xs text-faint">{t("rotations", { count: view.rotations })}</p>
    </div>
  );
}

interface ItemProps {
  readonly one: VaultKeyView;
  readonly vault: string;
  readonly onOpen: (what: Open) => void;
}

function KeyItem({ one, vault, onOpen }: ItemProps) {
  const t = useTranslations("vaultKeys");
  const { kind, label, keyId, threshold, shares, isOwn, isPresent } = one;
  const isPaper = kind === "recovery" || kind === "shares";
  const title = label === "" ? t(`kinds.${kind}`) : label;
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0">
        <h3 className="flex flex-wrap items-center gap-2 font-medium">
          {title}
          {label === "" ? null : <Badge>{t(`kinds.${kind}`)}</Badge>}
          {threshold === null || shares === null ? null : (
            <Badge>{t("sharesOf", { threshold: String(threshold), shares: String(shares) })}</Badge>
          )}
          {isOwn ? <Badge tone="accent">{t("own")}</Badge> : null}
          {isPresent ? null : (
            <Status tone="bad" icon="cross">
              {t("missing")}
            </Status>
          )}
        </h3>
        <p className="text-xs break-all text-faint" data-value>
          {keyId}
        </p>
        <Times one={one} />
      </div>
      <div className="flex gap-2">
        {isPaper && one.provenAt === null ? (
          <Button size="sm" aria-label={t("proveOf", { name: vault })} onClick={() => onOpen("prove")}>
            {t("prove")}
          </Button>
        ) : null}
        <Button
          size="sm"
          aria-label={t("removeOf", { label: title })}
          disabledReason={isOwn ? t("ownStays") : null}
          onClick={() => onOpen({ kind: "remove", id: one.id, label: title })}
        >
          {t("remove")}
        </Button>
      </div>
    </li>
  );
}

function Times({ one: { addedAt, usedAt, provenAt, provenBy, kind } }: { readonly one: VaultKeyView }) {
  const t = useTranslations("vaultKeys");
  const time = (at: string) => () => <TimeAgo at={at} />;
  const needsProof = kind !== "file";
  const parts: ReactNode[] = [
    t.rich("added", { time: time(addedAt) }),
    usedAt === null ? t("neverUsed") : t.rich("used", { time: time(usedAt) }),
    ...(provenAt === null
      ? needsProof
        ? [t("notProven")]
        : []
      : [t.rich("proven", { time: time(provenAt), by: provenBy ?? "–" })]),
  ];
  return (
    <p className="flex flex-wrap gap-x-3 text-sm text-muted">
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts never move.
        <span key={at}>{part}</span>
      ))}
    </p>
  );
}
