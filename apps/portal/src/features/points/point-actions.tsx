"use client";
import { isHeldPointState, type VerifyMode } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { Pin, PinOff, ShieldCheck, Trash2, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DeletePointDialog } from "#features/points/delete-point-dialog.tsx";
import { PinDialog } from "#features/points/pin-dialog.tsx";
import type { Texts } from "#i18n/texts.ts";
import type { PointView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

/** Verifies, pins or deletes a point, and brings a deleted one back. */
export function PointActions({ point }: { point: PointView }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const [pinning, setPinning] = useState(false);
  const verify = useMutation(
    trpc.points.verify.mutationOptions({
      onSuccess: ({ jobId }) => {
        void outcome.done(t("detail.verifyStarted"));
        router.push(`/jobs/${jobId}`);
      },
      onError: outcome.failed(t("detail.verifyFailed")),
    }),
  );
  if (point.state === "soft-deleted") return <UndeleteButton point={point} />;
  if (!isHeldPointState(point.state)) return null;
  const isPinned = point.pinnedAt !== null;
  const run = (mode: VerifyMode) => verify.mutate({ point: point.id, mode });
  return (
    <>
      {point.can.verify ? (
        <Menu
          trigger={
            <Button icon={<ShieldCheck aria-hidden="true" />} busy={verify.isPending}>
              {t("detail.verify")}
            </Button>
          }
          items={[
            { label: t("detail.verifyQuick"), onSelect: () => run("quick") },
            { label: t("detail.verifySampled"), onSelect: () => run("sampled") },
            { label: t("detail.verifyFull"), onSelect: () => run("full") },
          ]}
        />
      ) : (
        <Button icon={<ShieldCheck aria-hidden="true" />} disabledReason={t("detail.role")}>
          {t("detail.verify")}
        </Button>
      )}
      <Button
        icon={isPinned ? <PinOff aria-hidden="true" /> : <Pin aria-hidden="true" />}
        disabledReason={(isPinned ? point.can.unpin : point.can.pin) ? null : t("detail.role")}
        onClick={() => setPinning(true)}
      >
        {t(isPinned ? "detail.unpin" : "detail.pin")}
      </Button>
      <Button
        icon={<Trash2 aria-hidden="true" />}
        disabledReason={deleteRefusal(point, t)}
        onClick={() => setDeleting(true)}
      >
        {t("detail.delete")}
      </Button>
      {deleting ? <DeletePointDialog point={point} onClose={() => setDeleting(false)} /> : null}
      {pinning ? <PinDialog point={point} onClose={() => setPinning(false)} /> : null}
    </>
  );
}

/** Why the point cannot be deleted; null when it can. */
function deleteRefusal({ can, pinnedAt }: PointView, t: Texts<"points">): string | null {
  if (can.delete) return null;
  return t(pinnedAt === null ? "detail.role" : "detail.pinnedNoDelete");
}

function UndeleteButton({ point }: { point: PointView }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const undelete = useMutation(
    trpc.points.undelete.mutationOptions({
      onSuccess: () => void outcome.done(t("detail.undeleted")),
      onError: outcome.failed(t("detail.undeleteFailed")),
    }),
  );
  return (
    <Button
      tone="primary"
      icon={<Undo2 aria-hidden="true" />}
      busy={undelete.isPending}
      disabledReason={point.can.undelete ? null : t("detail.role")}
      onClick={() => undelete.mutate({ point: point.id })}
    >
      {t("detail.undelete")}
    </Button>
  );
}
