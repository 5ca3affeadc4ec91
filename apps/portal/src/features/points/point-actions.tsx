"use client";
import { isHeldPointState, type VerifyMode } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { ShieldCheck, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DeletePointDialog } from "#features/points/delete-point-dialog.tsx";
import type { PointView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

/** Verifies or deletes a point. A deleted point offers neither. */
export function PointActions({ point }: { point: PointView }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const verify = useMutation(
    trpc.points.verify.mutationOptions({
      onSuccess: ({ jobId }) => {
        void outcome.done(t("detail.verifyStarted"));
        router.push(`/jobs/${jobId}`);
      },
      onError: outcome.failed(t("detail.verifyFailed")),
    }),
  );
  if (!isHeldPointState(point.state)) return null;
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
            { label: t("detail.verifyFull"), onSelect: () => run("full") },
          ]}
        />
      ) : (
        <Button icon={<ShieldCheck aria-hidden="true" />} disabledReason={t("detail.role")}>
          {t("detail.verify")}
        </Button>
      )}
      <Button
        icon={<Trash2 aria-hidden="true" />}
        disabledReason={point.can.delete ? null : t("detail.role")}
        onClick={() => setDeleting(true)}
      >
        {t("detail.delete")}
      </Button>
      {deleting ? <DeletePointDialog point={point} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}
