"use client";
import { useQueryClient } from "@tanstack/react-query";
import { describeError } from "#lib/error-view.ts";
import { toast } from "#ui/toast.tsx";

/** Handlers that every change shares: what failed is said with what to do about it; what succeeded refreshes the pages. */
export function useOutcome() {
  const queryClient = useQueryClient();
  return {
    /** Refreshes everything on screen: after a change, counts and lists elsewhere are stale too. */
    refresh: () => queryClient.invalidateQueries(),
    done: (title: string, description?: string) => {
      toast({ title, ...(description === undefined ? {} : { description }) });
      return queryClient.invalidateQueries();
    },
    failed: (title: string) => (error: unknown) => {
      const view = describeError(error);
      toast({ tone: "bad", title, description: [view.message, view.action].filter(Boolean).join(" ") });
    },
  };
}
