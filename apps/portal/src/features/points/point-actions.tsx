"use client";
import { useMutation } from "@tanstack/react-query";
import { ShieldCheck, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { pointMessages } from "#features/points/messages.ts";
import type { PointView } from "#lib/api-types.ts";
import { formatAbsolute } from "#lib/format.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { inputClass } from "#ui/field.tsx";
import { Menu } from "#ui/menu.tsx";

const text = pointMessages.detail;

/** Verify and delete. A point that is gone offers neither. */
export function PointActions({ point }: { point: PointView }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const verify = useMutation(
    trpc.points.verify.mutationOptions({
      onSuccess: ({ jobId }) => {
        void outcome.done(text.verifyStarted);
        router.push(`/jobs/${jobId}`);
      },
      onError: outcome.failed(text.verifyFailed),
    }),
  );
  if (point.state === "deleted" || point.state === "deleting") return null;
  const run = (mode: "quick" | "full") => verify.mutate({ point: point.id, mode });
  return (
    <>
      {point.can.verify ? (
        <Menu
          trigger={
            <Button icon={<ShieldCheck aria-hidden="true" />} busy={verify.isPending}>
              {text.verify}
            </Button>
          }
          items={[
            { label: text.verifyQuick, onSelect: () => run("quick") },
            { label: text.verifyFull, onSelect: () => run("full") },
          ]}
        />
      ) : (
        <Button icon={<ShieldCheck aria-hidden="true" />} disabledReason={text.role}>
          {text.verify}
        </Button>
      )}
      <Button
        icon={<Trash2 aria-hidden="true" />}
        disabledReason={point.can.delete ? null : text.role}
        onClick={() => setDeleting(true)}
      >
        {text.delete}
      </Button>
      {deleting ? <DeleteDialog point={point} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}

function DeleteDialog({ point, onClose }: { point: PointView; onClose: () => void }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [touched, setTouched] = useState(false);
  const wrong = reason.trim().length < 3;
  const remove = useMutation(
    trpc.points.delete.mutationOptions({
      onSuccess: ({ jobId }) => {
        onClose();
        void outcome.done(text.deleteStarted);
        router.push(`/jobs/${jobId}`);
      },
      onError: outcome.failed(text.deleteFailed),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={text.deleteTitle}
      typed={point.vm.name}
      action={text.deleteConfirm}
      busy={remove.isPending}
      onConfirm={() => {
        setTouched(true);
        if (!wrong) remove.mutate({ point: point.id, reason: reason.trim() });
      }}
      description={
        <>
          <p>{text.deleteText(point.vm.name, formatAbsolute(new Date(point.takenAt)))}</p>
          <label className="mt-4 block text-sm font-medium text-ink">
            {text.deleteReason}
            <input
              value={reason}
              required
              minLength={3}
              maxLength={500}
              aria-invalid={touched && wrong}
              onChange={(event) => setReason(event.target.value)}
              onBlur={() => setTouched(true)}
              className={`${inputClass} mt-1 font-normal`}
            />
            {touched && wrong ? (
              <span className="mt-1 block text-xs text-bad">{text.reasonShort}</span>
            ) : null}
          </label>
        </>
      }
    />
  );
}
