"use client";
import { Menu as MenuIcon, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Wordmark } from "#shell/logo.tsx";
import { Navigation } from "#shell/navigation.tsx";

/** The navigation on a phone: a native modal dialog at the left edge. */
export function NavigationDrawer() {
  const t = useTranslations("shell");
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-label={t("openNavigation")}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        className="grid size-9 place-items-center rounded-md hover:bg-hover lg:hidden"
      >
        <MenuIcon aria-hidden="true" className="size-5" />
      </button>
      {open ? <Drawer onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Drawer({ onClose }: { onClose: () => void }) {
  const t = useTranslations("shell");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    element.showModal();
    // A click on the backdrop has the dialog itself as target.
    const onClick = (event: MouseEvent) => {
      if (event.target === element) element.close();
    };
    element.addEventListener("click", onClick);
    return () => {
      element.removeEventListener("click", onClick);
      element.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={t("mainNavigation")}
      onClose={onClose}
      className="m-0 h-dvh max-h-none w-64 max-w-none overflow-y-auto bg-nav text-nav-ink shadow-pop backdrop:bg-shade"
    >
      <div className="flex min-h-full flex-col gap-6 px-3 py-4">
        <div className="flex items-center justify-between px-2">
          <Wordmark />
          <button
            type="button"
            aria-label={t("closeNavigation")}
            onClick={onClose}
            className="grid size-9 place-items-center rounded-md hover:bg-nav-raised"
          >
            <X aria-hidden="true" className="size-5" />
          </button>
        </div>
        <Navigation onNavigate={onClose} />
      </div>
    </dialog>
  );
}
