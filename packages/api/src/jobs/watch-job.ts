/** The live stream of one job. */
import { createHash } from "node:crypto";
import { type TrackedEnvelope, tracked } from "@trpc/server";
import type { SignedInContext } from "../context.ts";
import { freshContexts } from "../live/fresh.ts";
import { lookupJob } from "../lookup.ts";
import type { WatchJobInput } from "./inputs.ts";
import { describeJob } from "./service.ts";
import type { JobView } from "./view.ts";

/**
 * Yields the job at each change, until it has ended. An event's id is the digest of its content, so
 * a client that returns with the id of the present state gets nothing twice, whichever process
 * serves it.
 * @throws KluisError NOT_FOUND, also when the user loses the right to see the job
 */
export async function* watchJob(
  ctx: SignedInContext,
  input: WatchJobInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<JobView>, void, undefined> {
  const { id } = await lookupJob(ctx, input.job);
  const fresh = freshContexts(ctx, "inventory:read");
  let last = input.lastEventId ?? null;
  for await (const change of ctx.api.live.changes(signal ?? new AbortController().signal)) {
    if (!change.everything && !change.jobIds.has(id)) continue;
    const now = await fresh();
    const view = await describeJob(now, await lookupJob(now, id));
    const digest = createHash("sha256").update(JSON.stringify(view)).digest("base64url").slice(0, 22);
    if (digest !== last) yield tracked(digest, view);
    last = digest;
    if (view.state !== "queued" && view.state !== "running") return;
  }
}
