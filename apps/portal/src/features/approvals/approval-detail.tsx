"use client";
import { useQuery } from "@tanstack/react-query";
import { Check, Undo2, X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ChangesCard, PermitAlert } from "#features/approvals/approval-changes.tsx";
import { ApproveDialog, RejectDialog, WithdrawDialog } from "#features/approvals/approval-dialogs.tsx";
import {
  ApprovalStateBadge,
  EffectList,
  useAboutText,
  useKindText,
} from "#features/approvals/approval-words.tsx";
import type { ApprovalView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useErrorView } from "#lib/use-error-view.ts";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card, type Fact, Facts } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** One request: what it would do now, who requested it, and its decision. */
export function ApprovalDetail({ id }: { id: string }) {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const approval = useQuery(
    trpc.approvals.get.queryOptions({ approval: id }, { refetchInterval: every(15_000) }),
  );
  return (
    <DetailFrame query={approval} kind={t("one")} crumbs={[{ label: t("title"), href: "/approvals" }]}>
      {(data) => <LoadedApproval approval={data} />}
    </DetailFrame>
  );
}

function LoadedApproval({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const kindText = useKindText();
  const aboutText = useAboutText();
  const title = kindText(approval.kind);
  useTabTitle(title);
  const effect = approval.now === null ? approval.effect : approval.now.effect;
  return (
    <Page>
      <PageHeader
        title={title}
        crumbs={[{ label: t("title"), href: "/approvals" }]}
        status={<ApprovalStateBadge state={approval.state} />}
        description={aboutText(approval)}
        actions={<ApprovalActions approval={approval} />}
      />
      <div className="flex flex-col gap-4">
        <ApprovalAlerts approval={approval} />
        <PermitAlert approval={approval} />
        {effect === null || approval.now?.cancels ? null : (
          <Card title={t(approval.now === null ? "detail.what" : "detail.whatNow")} id="effect">
            <EffectList effect={effect} />
          </Card>
        )}
        {approval.changes === null || approval.now?.cancels ? null : (
          <ChangesCard changes={approval.changes} waits={approval.now !== null} />
        )}
        <RequestFacts approval={approval} />
        <Affected approval={approval} />
      </div>
    </Page>
  );
}

function ApprovalActions({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const [open, setOpen] = useState<"approve" | "reject" | "withdraw" | null>(null);
  const [seen, setSeen] = useState("");
  const { now, refusal, can } = approval;
  if (now === null) return null;
  const close = () => setOpen(null);
  const reason = refusal === null ? null : t(`refusals.${refusal}`);
  return (
    <>
      {can.withdraw ? (
        <Button icon={<Undo2 aria-hidden="true" />} onClick={() => setOpen("withdraw")}>
          {t("detail.withdraw")}
        </Button>
      ) : (
        <Button icon={<X aria-hidden="true" />} disabledReason={reason} onClick={() => setOpen("reject")}>
          {t("detail.reject")}
        </Button>
      )}
      <Button
        tone="primary"
        icon={<Check aria-hidden="true" />}
        disabledReason={reason}
        onClick={() => {
          setSeen(now.seen);
          setOpen("approve");
        }}
      >
        {t("detail.approve")}
      </Button>
      {open === "approve" ? <ApproveDialog approval={approval} seen={seen} onClose={close} /> : null}
      {open === "reject" ? <RejectDialog approval={approval} onClose={close} /> : null}
      {open === "withdraw" ? <WithdrawDialog approval={approval} onClose={close} /> : null}
    </>
  );
}

function ApprovalAlerts({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const describe = useErrorView();
  const { now, deciders, error, endReason, requester } = approval;
  const failure = error === null ? null : describe(error);
  return (
    <>
      {deciders?.count === 0 ? (
        <Alert tone="warn" title={t("detail.nobodyTitle")}>
          {t("detail.nobodyText", { name: requester.name })}
        </Alert>
      ) : null}
      {now?.cancels ? (
        <Alert tone="warn" title={t("detail.changedTitle")}>
          {t(`cancels.${now.cancels}`)} {t("detail.changedText")}
        </Alert>
      ) : null}
      {endReason === null ? null : <Alert tone="info" title={t(`cancels.${endReason}`)} />}
      {failure === null ? null : (
        <Alert tone="bad" title={t("detail.failedTitle")}>
          {failure.message} {failure.action}
        </Alert>
      )}
    </>
  );
}

function RequestFacts({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const format = useFormat();
  const { requester, decider, deciders, comment, endedAt, ticket } = approval;
  const byAt = (name: string, instant: string, via: string | null) => {
    const at = format.absolute(new Date(instant));
    if (via === "agent") return t("detail.viaAgent", { name, at });
    return via === "token" ? t("detail.viaToken", { name, at }) : t("detail.byAt", { name, at });
  };
  const optional = (label: string, value: string | null): Fact[] =>
    value === null ? [] : [{ label, value }];
  const facts: Fact[] = [
    { label: t("detail.reason"), value: approval.reason, wide: true },
    { label: t("detail.requested"), value: byAt(requester.name, approval.createdAt, requester.via) },
    ...optional(t("detail.ticket"), ticket),
    ...(approval.now === null
      ? []
      : [{ label: t("detail.expires"), value: <AbsoluteTime at={approval.expiresAt} seconds={false} /> }]),
    ...(deciders === null
      ? []
      : [
          {
            label: t("detail.deciders"),
            value: t(deciders.hasMore ? "detail.decidersMore" : "detail.decidersOf", {
              count: deciders.count,
            }),
          },
        ]),
    ...(endedAt === null
      ? []
      : [
          decider === null
            ? { label: t("detail.ended"), value: <AbsoluteTime at={endedAt} seconds={false} /> }
            : { label: t("detail.decided"), value: byAt(decider.name, endedAt, decider.via) },
        ]),
    ...optional(t("detail.comment"), comment),
  ];
  return (
    <Card title={t("detail.facts")} id="request">
      <Facts facts={facts} />
    </Card>
  );
}

const link = "hover:underline underline-offset-2";

/** The points, machines and policy that the user sees, with links. */
function Affected({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const { points, vms, vmCount, target } = approval;
  const more = vmCount - vms.length;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      {target?.type === "policy" ? (
        <Card title={t("detail.policy")} id="policy">
          <Link href={`/policies/${target.id}`} className={link}>
            {target.name}
          </Link>
        </Card>
      ) : null}
      {vms.length === 0 ? null : (
        <Card title={t("detail.machines")} id="machines">
          <ul className="flex flex-col gap-1">
            {vms.map((vm) => (
              <li key={vm.id}>
                <Link href={`/vms/${vm.id}`} className={link}>
                  {vm.name}
                </Link>
              </li>
            ))}
            {more > 0 ? <li className="text-muted">{t("more", { names: "…", count: more })}</li> : null}
          </ul>
        </Card>
      )}
      {points.length === 0 ? null : (
        <Card title={t("detail.points")} id="points">
          <ul className="flex flex-col gap-1">
            {points.map((point) => (
              <li key={point.id} className="flex flex-wrap gap-x-2">
                <Link href={`/points/${point.id}`} className={link}>
                  {point.vm.name}
                </Link>
                <span className="text-muted">
                  <AbsoluteTime at={point.takenAt} />
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}
