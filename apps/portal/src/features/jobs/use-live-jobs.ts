"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useState } from "react";
import type { JobRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";

/** How often lists poll while the event stream is down. */
const pollMs = 5_000;

/**
 * Keeps lists of jobs up to date: replaces the rows of each event in every list on screen, and reloads the lists when a job
 * starts or ends. Returns the polling interval in milliseconds; false while the stream is open.
 */
export function useLiveJobs(): number | false {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [known] = useState(() => new Map<string, string>());
  const stream = useSubscription(
    trpc.jobs.watchAll.subscriptionOptions(undefined, {
      onData: (event) => {
        const rows = eventData(event);
        queryClient.setQueriesData(trpc.jobs.list.queryFilter(), (page: unknown) => replaceRows(page, rows));
        queryClient.setQueryData(
          trpc.overview.get.queryKey(),
          (view) => view && { ...view, running: newerRows(view.running, rows) },
        );
        const moved = rows.some((row) => known.get(row.id) !== row.state);
        for (const row of rows) known.set(row.id, row.state);
        if (moved) {
          void queryClient.invalidateQueries(trpc.jobs.list.queryFilter());
          void queryClient.invalidateQueries(trpc.overview.pathFilter());
          void queryClient.invalidateQueries(trpc.vms.pathFilter());
        }
      },
    }),
  );
  return stream.status === "pending" ? false : pollMs;
}

function eventData(event: { readonly data: readonly JobRow[] }): readonly JobRow[] {
  return event.data;
}

interface JobPage {
  readonly rows: readonly JobRow[];
}

function isJobPage(value: unknown): value is JobPage {
  return typeof value === "object" && value !== null && "rows" in value && Array.isArray(value.rows);
}

/** The shown rows, with the newer version of each row that changed. */
export function newerRows(shown: readonly JobRow[], moved: readonly JobRow[]): JobRow[] {
  const newer = new Map(moved.map((row) => [row.id, row]));
  return shown.map((row) => newer.get(row.id) ?? row);
}

/** The page with the newer versions of its rows; the same object when none of them changed. */
export function replaceRows(page: unknown, rows: readonly JobRow[]): unknown {
  if (!isJobPage(page)) return page;
  const ids = new Set(rows.map((row) => row.id));
  if (!page.rows.some((row) => ids.has(row.id))) return page;
  return { ...page, rows: newerRows(page.rows, rows) };
}
