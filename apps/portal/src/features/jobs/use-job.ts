"use client";
import { isOpenJobState } from "@kluis/domain";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import type { JobView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";

const pollMs = 3_000;
/** How often the page of an ended job looks what is left of it in Azure. */
const removalPollMs = 10_000;

/** How the page stays up to date: by the event stream, by polling, or not at all because the job has ended. */
export type Liveness = "live" | "polling" | "connecting" | "ended";

/** One job, kept up to date: the event stream writes into the query's cache; the query polls while the stream is down. */
export function useJob(id: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const input = { job: id };
  const queryKey = trpc.jobs.get.queryKey(input);
  const known = queryClient.getQueryData(queryKey);
  const stream = useSubscription(
    trpc.jobs.watch.subscriptionOptions(input, {
      enabled: known === undefined || isOpenJobState(known.state),
      onData: (event) => {
        queryClient.setQueryData(queryKey, event.data);
        if (!isOpenJobState(event.data.state)) {
          void queryClient.invalidateQueries(trpc.vms.pathFilter());
          void queryClient.invalidateQueries(trpc.points.pathFilter());
          void queryClient.invalidateQueries(trpc.jobs.list.queryFilter());
        }
      },
    }),
  );
  const connected = stream.status === "pending";
  const job = useQuery(
    trpc.jobs.get.queryOptions(input, {
      refetchInterval: (query) => {
        const { data } = query.state;
        if (data !== undefined && !isOpenJobState(data.state)) {
          return isBeingRemoved(data) ? every(removalPollMs)(query) : false;
        }
        return every(connected ? 30_000 : pollMs)(query);
      },
    }),
  );
  return { job, liveness: liveness(job.data, connected, stream.status) };
}

function liveness(job: JobView | undefined, connected: boolean, status: string): Liveness {
  if (job !== undefined && !isOpenJobState(job.state)) return "ended";
  if (connected) return "live";
  return status === "error" ? "polling" : "connecting";
}

/** Whether something that the job made is still to be removed from Azure. */
function isBeingRemoved({ resources }: JobView): boolean {
  return resources.some(({ wanted, state }) => wanted === "removed" && state !== "removed");
}
