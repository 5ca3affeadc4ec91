"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CredentialFields } from "#features/settings/connections/fields.tsx";
import { credentialProblems, toCredential } from "#features/settings/connections/form.ts";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import type { ConnectionView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";

/** Replaces the credential of a connection. The stored one is never shown. */
export function RotateConnectionDialog({
  connection,
  onClose,
}: {
  connection: ConnectionView;
  onClose: () => void;
}) {
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [stored] = useState({
    kind: connection.credentialKind,
    clientId: connection.clientId ?? "",
    secret: "",
  });
  const [form, setForm] = useState(stored);
  const [tried, setTried] = useState(false);
  const rotate = useMutation(
    trpc.connections.rotate.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("rotated", { name: connection.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("rotateOf", { name: connection.name })}
      description={t("rotateText")}
      submit={t("form.rotateSubmit")}
      busy={rotate.isPending}
      entered={form !== stored}
      error={rotate.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (Object.keys(credentialProblems(form)).length > 0) return;
        rotate.mutate({ connection: connection.id, credential: toCredential(form) });
      }}
    >
      <CredentialFields form={form} problems={tried ? credentialProblems(form) : {}} onChange={setForm} />
    </FormDialog>
  );
}
