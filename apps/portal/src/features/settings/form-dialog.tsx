"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useId } from "react";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { ErrorState } from "#ui/states.tsx";

export interface FormDialogProps {
  readonly title: string;
  readonly description?: string;
  readonly submit: string;
  readonly busy: boolean;
  /** The user has entered something that closing would lose. */
  readonly entered: boolean;
  readonly error: unknown;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** A form in a dialog; its error is shown below the fields. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, submit, busy, entered, error, onClose, onSubmit, children } = props;
  const ui = useTranslations("ui");
  const formId = useId();
  return (
    <Dialog
      open
      entered={entered}
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button tone="primary" type="submit" form={formId} busy={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {error === null ? null : <ErrorState compact error={error} />}
      </form>
    </Dialog>
  );
}
