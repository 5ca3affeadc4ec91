import { isStorable, KluisError, type Permission } from "@kluis/domain";
import { initTRPC } from "@trpc/server";
import type { z } from "zod";
import { isConfiguration } from "./configuration/answers.ts";
import { gateOf } from "./configuration/gate.ts";
import { charge, mustSuitAgent, type RequestContext, refusedWith, requireSignedIn } from "./context.ts";
import { apiErrorOf, kluisErrorOf, toTrpcError } from "./error-map.ts";

/** The permission of a procedure, and for a subscription the schema of its events. Tests and CONTRACT.md read both. */
export interface ProcedureMeta {
  readonly permission: Permission;
  readonly event?: z.ZodType;
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    isServer: true,
    isDev: false,
    errorFormatter: ({ shape, error, ctx }) => ({
      ...shape,
      message: kluisErrorOf(error).message,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        kluis: apiErrorOf(error, ctx?.requestId ?? "unknown"),
      },
    }),
    // A stream ends after some minutes. The client reconnects with its last event's id, and its rights are judged again.
    sse: {
      maxDurationMs: 5 * 60_000,
      ping: { enabled: true, intervalMs: 10_000 },
      client: { reconnectAfterInactivityMs: 30_000 },
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Turns every error into one with a code of Kluis, and logs the unexpected ones. */
const withErrors = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  if (result.ok) return result;
  const error = kluisErrorOf(result.error);
  if (error.code === "INTERNAL") {
    ctx.api.logger.error({ err: error.cause ?? error, path, requestId: ctx.requestId }, "procedure failed");
  }
  throw toTrpcError(refusedWith(ctx, error, path));
});

/** Refuses texts that no row can hold, before a schema or the database sees them. */
const withStorableInput = t.middleware(async ({ getRawInput, next }) => {
  // A call without input may have no body.
  if (isStorable(await getRawInput().catch(() => undefined))) return next();
  throw new KluisError("INPUT_INVALID", {
    reason: "value",
    message: "A text has a NUL character or half of a surrogate pair.",
    action: "Remove it and try again.",
  });
});

function withPermission(meta: ProcedureMeta) {
  return t.procedure
    .meta(meta)
    .use(withErrors)
    .use(withStorableInput)
    .use(async ({ ctx, next, path, type, getRawInput }) => {
      charge(ctx);
      mustSuitAgent(ctx, path);
      const signedIn = requireSignedIn(ctx, meta.permission);
      if (type !== "mutation" || !isConfiguration(path)) return next({ ctx: signedIn });
      return next({ ctx: { ...signedIn, gate: gateOf(signedIn, path, await getRawInput()) } });
    });
}

/**
 * The only way to make a procedure. The user must hold the permission anywhere, in the organization or in a team; the service
 * decides for which VM, point or policy.
 */
export const procedure = {
  requires: (permission: Permission) => withPermission({ permission }),
  /** A subscription: pass its stream through `eventsOf` with the same schema. */
  streams: (permission: Permission, event: z.ZodType) => withPermission({ permission, event }),
};
