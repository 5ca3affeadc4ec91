"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useState } from "react";
import type { JobRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";

/** How often lists ask again while the event stream is away. */
const pollMs = 5_000;

/**
 * Keeps lists of jobs moving: each event's rows are put into every list on screen that shows them; when a job that no
 * list shows appears, or one ends, the lists are asked again.
 * Returns the polling interval to use: none while the stream is open.
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

/** The rows, with newer versions in the places of those that have moved. */
export function newerRows(shown: readonly JobRow[], moved: readonly JobRow[]): JobRow[] {
  const newer = new Map(moved.map((row) => [row.id, row]));
  return shown.map((row) => newer.get(row.id) ?? row);
}

/** The page with newer versions of the rows it shows; the same object when none changed. */
export function replaceRows(page: unknown, rows: readonly JobRow[]): unknown {
  if (!isJobPage(page)) return page;
  const ids = new Set(rows.map((row) => row.id));
  if (!page.rows.some((row) => ids.has(row.id))) return page;
  return { ...page, rows: newerRows(page.rows, rows) };
}
