"use client";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { subscribeToasts, waitingToasts } from "#ui/toast-queue.ts";

export { type ToastInput, toast } from "#ui/toast-queue.ts";

const ToastRegion = lazy(() => import("#ui/toast-region.tsx"));

/** The place of the toasts, rendered once, in the shell. Its code loads with the first toast. */
export function Toasts() {
  const wanted = useSyncExternalStore(subscribeToasts, waitingToasts, () => false);
  return wanted ? (
    <Suspense fallback={null}>
      <ToastRegion />
    </Suspense>
  ) : null;
}
