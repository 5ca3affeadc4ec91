import type { TrackedEnvelope } from "@trpc/server";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { JobView } from "../views/index.ts";
export async function* watchJob(
  _ctx: SignedInContext,
  _input: { job: string; lastEventId?: string | null | undefined },
  _signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<JobView>, void, undefined> {
  yield pending();
}
