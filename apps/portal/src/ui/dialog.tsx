"use client";
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { Button } from "#ui/button.tsx";

const shade =
  "fixed inset-0 bg-shade transition-opacity duration-150 data-starting-style:opacity-0 data-ending-style:opacity-0";
const frame =
  "fade-pop fixed left-1/2 flex max-h-[80vh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 flex-col rounded-lg border border-line bg-raised shadow-pop";
const backdrop = `${shade} z-40`;
const popup = `${frame} top-[12vh] z-50`;
/** A confirmation is above every dialog, also the one that asks. */
const alertBackdrop = `${shade} z-60`;
const alertPopup = `${frame} top-[20vh] z-60`;

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** The buttons; the last one is the main action. */
  readonly footer?: ReactNode;
  /** What it shows would be lost: Escape and the corner button do not close it. */
  readonly mustConfirm?: boolean;
  /** The user has entered something: Escape and the corner button ask before they drop it. */
  readonly entered?: boolean;
}

/**
 * A modal dialog. Focus moves into it, Escape closes it, focus returns to where it was. A click outside does not close it: it
 * would lose what the user entered. Escape asks first when that would be lost.
 */
export function Dialog(props: DialogProps) {
  const {
    open,
    onOpenChange,
    title,
    description,
    children,
    footer,
    mustConfirm = false,
    entered = false,
  } = props;
  const t = useTranslations("ui");
  const [isAsking, setAsking] = useState(false);
  const change = (next: boolean) => {
    if (next) onOpenChange(next);
    else if (entered) setAsking(true);
    else if (!mustConfirm) onOpenChange(next);
  };
  return (
    <Base.Root open={open} onOpenChange={change} disablePointerDismissal>
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup className={popup}>
          <header className="flex items-start justify-between gap-4 px-5 pt-4">
            <Base.Title className="text-lg font-semibold">{title}</Base.Title>
            {mustConfirm ? null : (
              <Base.Close
                aria-label={t("close")}
                className="-mr-1.5 grid size-7 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
              >
                <X className="size-4" aria-hidden="true" />
              </Base.Close>
            )}
          </header>
          <div className="min-h-0 overflow-y-auto px-5 pt-1 pb-5">
            {description === undefined ? null : (
              <Base.Description className="text-muted">{description}</Base.Description>
            )}
            {children === undefined ? null : <div className="mt-4">{children}</div>}
          </div>
          {footer === undefined ? null : (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              {footer}
            </footer>
          )}
          <ConfirmDialog
            open={isAsking}
            onOpenChange={setAsking}
            title={t("discardTitle")}
            description={t("discardText")}
            keep={t("keepEditing")}
            action={t("discard")}
            onConfirm={() => {
              setAsking(false);
              onOpenChange(false);
            }}
          />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ConfirmProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What will happen and what will be lost. */
  readonly description: ReactNode;
  readonly action: string;
  /** The button that changes nothing; "Cancel" when absent. Name it where "Cancel" is ambiguous. */
  readonly keep?: string;
  readonly onConfirm: () => void;
  readonly busy?: boolean;
  readonly tone?: "danger" | "primary";
  /** The word that the user must type before an action that cannot be undone. */
  readonly typed?: string;
  readonly error?: ReactNode;
}

/** A confirmation before a costly action. */
export function ConfirmDialog(props: ConfirmProps) {
  const {
    open,
    onOpenChange,
    title,
    description,
    action,
    keep,
    onConfirm,
    busy = false,
    tone = "danger",
    typed,
  } = props;
  const t = useTranslations("ui");
  const [text, setText] = useState("");
  const [word, setWord] = useState(typed);
  // The typed word confirms the action of that moment only.
  if (word !== typed) {
    setWord(typed);
    setText("");
  }
  const fieldId = useId();
  const ready = typed === undefined || text.trim() === typed;
  return (
    <AlertDialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) setText("");
        onOpenChange(next);
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={alertBackdrop} forceRender />
        <AlertDialog.Popup className={alertPopup}>
          <form
            className="contents"
            onSubmit={(event) => {
              event.preventDefault();
              if (ready && !busy) onConfirm();
            }}
          >
            <div className="min-h-0 overflow-y-auto px-5 py-4">
              <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
              <AlertDialog.Description render={<div />} className="mt-1 text-muted">
                {description}
              </AlertDialog.Description>
              {typed === undefined ? null : (
                <div className="mt-4">
                  <label htmlFor={fieldId} className="text-sm font-medium">
                    {t("typeToConfirm", { word: typed })}
                  </label>
                  <input
                    id={fieldId}
                    value={text}
                    onChange={(event) => setText(event.target.value)}
                    autoComplete="off"
                    spellCheck={false}
                    className="mt-1 h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 font-mono text-sm"
                  />
                </div>
              )}
              {props.error === undefined ? null : <div className="mt-4">{props.error}</div>}
            </div>
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              <AlertDialog.Close render={<Button>{keep ?? t("cancel")}</Button>} />
              <Button type="submit" tone={tone} busy={busy} disabled={!ready}>
                {action}
              </Button>
            </footer>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
