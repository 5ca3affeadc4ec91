"use client";
import { useQueryClient } from "@tanstack/react-query";
import { needsSecondPerson } from "#lib/second-person.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { toast } from "#ui/toast.tsx";

/** Handlers that every change shares: a failure shows what to do about it, a success refreshes the pages. */
export function useOutcome() {
  const queryClient = useQueryClient();
  const describe = useErrorView();
  return {
    /** Refreshes everything on screen: after a change, counts and lists elsewhere are stale too. */
    refresh: () => queryClient.invalidateQueries(),
    done: (title: string, description?: string) => {
      toast({ title, ...(description === undefined ? {} : { description }) });
      return queryClient.invalidateQueries();
    },
    failed: (title: string) => (error: unknown) => {
      // A dialog offers to request it.
      if (needsSecondPerson(error)) return;
      const { message, action } = describe(error);
      toast({ tone: "bad", title, description: [message, action].filter(Boolean).join(" ") });
    },
  };
}
