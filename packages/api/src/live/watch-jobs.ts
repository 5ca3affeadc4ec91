import type { TrackedEnvelope } from "@trpc/server";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { JobRow } from "../views/index.ts";
export async function* watchJobs(
  _ctx: SignedInContext,
  _input: { lastEventId?: string | null | undefined },
  _signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<readonly JobRow[]>, void, undefined> {
  yield pending();
}
