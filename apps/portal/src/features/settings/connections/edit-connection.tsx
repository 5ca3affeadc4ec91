"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { isGuid, isSettingName } from "#features/settings/connections/form.ts";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import type { ConnectionView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Field, Input } from "#ui/field.tsx";

/** Changes the name of a connection; of one that has never worked also the tenant. */
export function EditConnectionDialog(props: { connection: ConnectionView; onClose: () => void }) {
  const { connection, onClose } = props;
  const t = useTranslations("connections");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [name, setName] = useState(connection.name);
  const [tenantId, setTenantId] = useState(connection.tenantId);
  const [tried, setTried] = useState(false);
  const [nameOk, tenantOk] = [isSettingName(name), isGuid(tenantId)];
  const update = useMutation(
    trpc.connections.update.mutationOptions({
      onSuccess: async (row) => {
        onClose();
        await outcome.done(t("edited", { name: row.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("editOf", { name: connection.name })}
      submit={t("save")}
      busy={update.isPending}
      entered={name !== connection.name || tenantId !== connection.tenantId}
      error={update.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!nameOk || !tenantOk) return;
        const tenant = connection.canChangeTenant ? { tenantId: tenantId.trim() } : {};
        update.mutate({ connection: connection.id, name: name.trim(), ...tenant });
      }}
    >
      <Field
        label={t("form.name")}
        hint={t("form.nameHint")}
        error={tried && !nameOk ? t("form.nameWrong") : undefined}
      >
        <Input value={name} autoComplete="off" onValueChange={(value: string) => setName(value)} />
      </Field>
      <Field
        label={t("form.tenant")}
        hint={t(connection.canChangeTenant ? "tenantOpen" : "tenantFixed")}
        error={tried && !tenantOk ? t("form.guidWrong") : undefined}
      >
        <Input
          value={tenantId}
          readOnly={!connection.canChangeTenant}
          autoComplete="off"
          spellCheck={false}
          className="font-mono read-only:bg-sunken read-only:text-muted"
          onValueChange={(value: string) => setTenantId(value)}
        />
      </Field>
    </FormDialog>
  );
}
