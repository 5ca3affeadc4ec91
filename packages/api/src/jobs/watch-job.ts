import { createHash } from "node:crypto";
import { type TrackedEnvelope, tracked } from "@trpc/server";
import type { SignedInContext } from "../context.ts";
import { freshContexts } from "../live/fresh.ts";
import { lookupJob } from "../lookup.ts";
import type { JobView } from "../views/index.ts";
import { jobView } from "./service.ts";

/**
 * The job at each change, until it has ended. An event's id is the digest of its content: whoever comes back with the id of
 * what is still true gets nothing twice, in whichever process they arrive.
 * @throws KluisError NOT_FOUND, also when the person's rights end while they watch
 */
export async function* watchJob(
  ctx: SignedInContext,
  input: { readonly job: string; readonly lastEventId?: string | null | undefined },
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<JobView>, void, undefined> {
  const { id } = await lookupJob(ctx, input.job);
  const fresh = freshContexts(ctx, "inventory:read");
  let last = input.lastEventId ?? null;
  for await (const look of ctx.api.live.looks(signal ?? new AbortController().signal)) {
    if (!look.everything && !look.jobIds.has(id)) continue;
    const now = await fresh();
    const view = await jobView(now, await lookupJob(now, id));
    const digest = createHash("sha256").update(JSON.stringify(view)).digest("base64url").slice(0, 22);
    if (digest !== last) yield tracked(digest, view);
    last = digest;
    if (view.state !== "queued" && view.state !== "running") return;
  }
}
