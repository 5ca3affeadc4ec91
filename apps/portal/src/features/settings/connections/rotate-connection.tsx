"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { CredentialFields } from "#features/settings/connections/fields.tsx";
import { credentialProblems, toCredential } from "#features/settings/connections/form.ts";
import type { ConnectionView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { ErrorState } from "#ui/states.tsx";

/** Replaces the credential of a connection. The stored one is never shown. */
export function RotateConnectionDialog({
  connection,
  onClose,
}: {
  connection: ConnectionView;
  onClose: () => void;
}) {
  const t = useTranslations("connections");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const formId = useId();
  const [form, setForm] = useState({
    kind: connection.credentialKind,
    clientId: connection.clientId ?? "",
    secret: "",
  });
  const [tried, setTried] = useState(false);
  const rotate = useMutation(
    trpc.connections.rotate.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("rotated", { name: connection.name }));
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(credentialProblems(form)).length > 0) return;
    rotate.mutate({ connection: connection.id, credential: toCredential(form) });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("rotateOf", { name: connection.name })}
      description={t("rotateText")}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button tone="primary" type="submit" form={formId} busy={rotate.isPending}>
            {t("form.rotateSubmit")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate className="flex flex-col gap-4" onSubmit={submit}>
        <CredentialFields form={form} problems={tried ? credentialProblems(form) : {}} onChange={setForm} />
        {rotate.error === null ? null : <ErrorState compact error={rotate.error} />}
      </form>
    </Dialog>
  );
}
