"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { type Permission, permissions } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Controller, useForm, useWatch } from "react-hook-form";
import { z } from "zod";
import { settingsMessages } from "#features/settings/messages.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { may } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Check, Choice, Field, Input } from "#ui/field.tsx";
import { uiMessages } from "#ui/messages.ts";
import { ErrorState } from "#ui/states.tsx";

const text = settingsMessages.create;

export const tokenFormSchema = z
  .object({
    name: z.string().trim().min(1, text.nameWrong).max(80, text.nameWrong),
    days: z.string().regex(/^([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-5])$/u, text.daysWrong),
    scope: z.enum(["all", "some"]),
    permissions: z.array(z.enum(permissions)),
  })
  .refine((form) => form.scope === "all" || form.permissions.length > 0, {
    path: ["permissions"],
    message: text.rightsWrong,
  });
type TokenForm = z.infer<typeof tokenFormSchema>;

/** Makes a token and shows it this once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [secret, setSecret] = useState<string | null>(null);
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: async (made) => {
        setSecret(made.secret);
        await outcome.refresh();
      },
    }),
  );
  if (secret !== null) return <MadeToken secret={secret} onClose={onClose} />;
  return (
    <TokenFormDialog
      onClose={onClose}
      busy={create.isPending}
      error={create.error}
      onSubmit={(form) =>
        create.mutate({
          name: form.name,
          expiresInDays: Number(form.days),
          permissions: form.scope === "all" ? [] : form.permissions,
        })
      }
    />
  );
}

interface FormDialogProps {
  readonly onClose: () => void;
  readonly onSubmit: (form: TokenForm) => void;
  readonly busy: boolean;
  readonly error: unknown;
}

function TokenFormDialog({ onClose, onSubmit, busy, error }: FormDialogProps) {
  const formId = useId();
  const form = useForm<TokenForm>({
    resolver: zodResolver(tokenFormSchema),
    defaultValues: { name: "", days: "90", scope: "all", permissions: [] },
  });
  const scope = useWatch({ control: form.control, name: "scope" });
  const { errors } = form.formState;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.title}
      footer={
        <>
          <Button onClick={onClose}>{uiMessages.cancel}</Button>
          <Button tone="primary" type="submit" form={formId} busy={busy}>
            {text.submit}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => void form.handleSubmit(onSubmit)(event)}
      >
        <div className="grid gap-4 sm:grid-cols-[1fr_9rem]">
          <Field label={text.name} hint={text.nameHint} error={errors.name?.message}>
            <Input {...form.register("name")} autoComplete="off" />
          </Field>
          <Field label={text.days} hint={text.daysHint} error={errors.days?.message}>
            <Input inputMode="numeric" {...form.register("days")} />
          </Field>
        </div>
        <Controller
          control={form.control}
          name="scope"
          render={({ field }) => (
            <Choice
              label={text.rights}
              name="scope"
              layout="column"
              value={field.value}
              onChange={field.onChange}
              options={[
                { value: "all" as const, label: text.rightsAll },
                { value: "some" as const, label: text.rightsSome },
              ]}
            />
          )}
        />
        {scope === "some" ? (
          <Controller
            control={form.control}
            name="permissions"
            render={({ field }) => <PermissionChecks value={field.value} onChange={field.onChange} />}
          />
        ) : null}
        {errors.permissions?.message === undefined ? null : (
          <p className="text-xs font-medium text-bad">{errors.permissions.message}</p>
        )}
        {error === null ? null : <ErrorState compact error={error} />}
      </form>
    </Dialog>
  );
}

interface ChecksProps {
  readonly value: readonly Permission[];
  readonly onChange: (value: Permission[]) => void;
}

function PermissionChecks({ value, onChange }: ChecksProps) {
  const viewer = useViewer();
  return (
    <div className="flex flex-col gap-1.5 border-l-2 border-line pl-3">
      {permissions
        .filter((permission) => may(viewer, permission))
        .map((permission) => (
          <Check
            key={permission}
            checked={value.includes(permission)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...value, permission] : value.filter((each) => each !== permission),
              )
            }
            label={settingsMessages.permissions[permission]}
          />
        ))}
    </div>
  );
}

function MadeToken({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.madeTitle}
      footer={
        <Button tone="primary" onClick={onClose}>
          {text.done}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Alert tone="warn" title={text.madeText} />
        <div className="rounded-md border border-line bg-sunken px-3 py-2">
          <Copyable value={secret} what="token" className="w-full justify-between" />
        </div>
        <section>
          <h3 className="eyebrow mb-1">{text.use}</h3>
          <code className="block rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs">
            KLUIS_TOKEN=… npx kluis vms
          </code>
        </section>
      </div>
    </Dialog>
  );
}
