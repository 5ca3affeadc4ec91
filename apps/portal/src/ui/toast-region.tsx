"use client";
import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { cn } from "#lib/cn.ts";
import { subscribeToasts, takeToasts } from "#ui/toast-queue.ts";

const manager = Base.createToastManager();

/** Failures stay until dismissed and are announced at once. */
function showWaiting(): void {
  for (const { title, description, tone = "ok" } of takeToasts()) {
    manager.add({
      title,
      ...(description === undefined ? {} : { description }),
      type: tone,
      timeout: tone === "bad" ? 0 : 6000,
      priority: tone === "bad" ? "high" : "low",
    });
  }
}

/** The toasts, bottom right above everything; F6 moves to them. */
export default function ToastRegion() {
  const t = useTranslations("ui");
  useEffect(() => {
    showWaiting();
    return subscribeToasts(showWaiting);
  }, []);
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport
          aria-label={t("notifications")}
          className="fixed right-4 bottom-4 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2"
        >
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList() {
  const t = useTranslations("ui");
  const { toasts } = Base.useToastManager();
  return toasts.map((item) => (
    <Base.Root
      key={item.id}
      toast={item}
      className={cn(
        "rounded-lg border border-l-4 border-line bg-raised shadow-pop transition-opacity data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0",
        item.type === "bad" ? "border-l-bad-solid" : "border-l-ok-solid",
      )}
    >
      <Base.Content className="flex items-start gap-3 px-3 py-2.5">
        <div className="min-w-0 flex-1">
          <Base.Title className="text-sm font-semibold" />
          <Base.Description className="text-sm text-muted" />
        </div>
        <Base.Close
          aria-label={t("close")}
          className="grid size-6 shrink-0 place-items-center rounded-md text-muted hover:bg-hover"
        >
          <X className="size-4" aria-hidden="true" />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
