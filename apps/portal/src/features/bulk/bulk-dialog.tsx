"use client";
import type { RouterInputs } from "@kluis/api/types";
import { type BulkKind, takesPolicy } from "@kluis/domain";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useId, useState } from "react";
import type { BulkPreview } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

type StartInput = RouterInputs["bulk"]["start"];

export interface BulkDialogProps {
  readonly kind: BulkKind;
  readonly selection: StartInput["selection"];
  /** How many virtual machines the user selected. */
  readonly count: number;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

/** What an action would do to each selected virtual machine, before it starts. */
export default function BulkDialog({ kind, selection, count, onClose, onStarted }: BulkDialogProps) {
  const t = useTranslations("bulk");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const router = useRouter();
  const outcome = useOutcome();
  const formId = useId();
  const needsPolicy = takesPolicy(kind);
  const policies = useQuery(trpc.policies.list.queryOptions(undefined, { enabled: needsPolicy }));
  const offered = (policies.data ?? []).filter(({ retiredAt }) => retiredAt === null);
  const [chosen, setChosen] = useState("");
  const policy = chosen || (offered[0]?.id ?? "");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const action = { kind, selection, ...(needsPolicy ? { policy } : {}) };
  const start = useMutation(
    trpc.bulk.start.mutationOptions({
      onSuccess: async ({ id }) => {
        onStarted();
        onClose();
        router.push(`/bulk/${id}`);
        await outcome.done(t("dialog.started"));
      },
    }),
  );
  const isDeletion = kind === "stop-delete";
  const ready =
    (!needsPolicy || policy !== "") && (!isDeletion || (typed.trim() === String(count) && reason.length > 2));
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("dialog.title", { kind: t(`kinds.${kind}`), count })}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button
            tone={kind === "stop" || isDeletion ? "danger" : "primary"}
            type="submit"
            form={formId}
            busy={start.isPending}
            disabled={!ready}
          >
            {t("dialog.title", { kind: t(`kinds.${kind}`), count })}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const confirm = isDeletion ? { confirm: typed.trim() } : {};
          if (ready) start.mutate({ ...action, expected: count, reason: reason.trim(), ...confirm });
        }}
      >
        {needsPolicy ? (
          <div>
            <p id={`${formId}-policy`} className="mb-1 text-sm font-medium">
              {t("dialog.policy")}
            </p>
            <Select
              labelledBy={`${formId}-policy`}
              value={policy}
              options={offered.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setChosen}
              className="w-full"
            />
          </div>
        ) : null}
        {needsPolicy && policy === "" ? null : <Effect action={action} />}
        {kind === "backup" || kind === "resume" ? null : (
          <Field label={t(isDeletion ? "dialog.reason" : "dialog.reasonOptional")}>
            <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
          </Field>
        )}
        {isDeletion ? (
          <Field label={t("dialog.confirm", { count })}>
            <Input value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
          </Field>
        ) : null}
        {start.error === null ? null : <ErrorState compact error={start.error} />}
      </form>
    </Dialog>
  );
}

/** Judges the virtual machines page by page, with the function that does the action. */
function Effect({ action }: { action: Pick<StartInput, "kind" | "policy" | "selection"> }) {
  const t = useTranslations("bulk.dialog");
  const trpc = useTRPC();
  const describe = useErrorView();
  const preview = useInfiniteQuery(
    trpc.bulk.preview.infiniteQueryOptions(action, {
      initialCursor: 0,
      getNextPageParam: ({ judged, total }, pages) =>
        judged < total && judged > (pages.at(-2)?.judged ?? 0) ? judged : undefined,
      staleTime: 60_000,
      gcTime: 0,
    }),
  );
  const { hasNextPage, isFetching, fetchNextPage, data, error } = preview;
  useEffect(() => {
    if (hasNextPage && !isFetching && error === null) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, error]);
  if (error !== null) return <ErrorState compact error={error} />;
  if (data === undefined) return <SkeletonLines lines={3} />;
  const { total, most, judged, done, requested, requestsLeft, refused } = summed(data.pages);
  const starts = action.kind === "backup";
  return (
    <Alert
      tone={refused.length > 0 || total > most ? "warn" : "info"}
      title={t("judging", { judged, total })}
    >
      <ul className="flex list-disc flex-col gap-1 pl-4">
        {total > most ? <li>{t("tooMany", { most })}</li> : null}
        <li>{starts ? t("backups", { count: done }) : t("done", { count: done })}</li>
        {requested === 0 ? null : <li>{t("requested", { count: requested })}</li>}
        {requested > requestsLeft ? <li>{t("requestsLeft", { count: requestsLeft })}</li> : null}
        {refused.map(({ error: why, vms, count }) => (
          <li key={`${why.code} ${why.reason}`} className="wrap-anywhere">
            {t("refused", {
              count,
              names: vms.map(({ name }) => name).join(", ") + (count > vms.length ? ", …" : ""),
            })}
            <span className="block text-muted">{describe(why).message}</span>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** The pages of a preview as one. */
function summed(pages: readonly BulkPreview[]): BulkPreview {
  const refused = new Map<string, BulkPreview["refused"][number]>();
  for (const one of pages.flatMap((page) => page.refused)) {
    const key = `${one.error.code} ${one.error.reason}`;
    const known = refused.get(key);
    refused.set(key, known === undefined ? one : { ...known, count: known.count + one.count });
  }
  const last = pages.at(-1);
  return {
    total: last?.total ?? 0,
    most: last?.most ?? 0,
    judged: last?.judged ?? 0,
    requestsLeft: last?.requestsLeft ?? 0,
    done: pages.reduce((sum, page) => sum + page.done, 0),
    requested: pages.reduce((sum, page) => sum + page.requested, 0),
    refused: [...refused.values()],
  };
}
