import type { Permission } from "@kluis/domain";
import { initTRPC } from "@trpc/server";
import { type RequestContext, requireSignedIn } from "./context.ts";
import { apiErrorOf, kluisErrorOf, toTrpcError } from "./error-map.ts";

/** Every procedure says which permission it needs; the access matrix test reads it from here. */
export interface ProcedureMeta {
  readonly permission: Permission;
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
    // A live stream ends after some minutes and the client comes back with its last event's id: rights are judged anew.
    sse: {
      maxDurationMs: 5 * 60_000,
      ping: { enabled: true, intervalMs: 10_000 },
      client: { reconnectAfterInactivityMs: 30_000 },
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Turns what was thrown into one of Kluis's codes, and logs what nobody expected. */
const withErrors = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  if (result.ok) return result;
  const error = kluisErrorOf(result.error);
  if (error.code === "INTERNAL") {
    ctx.api.logger.error({ err: error.cause ?? error, path, requestId: ctx.requestId }, "procedure failed");
  }
  throw toTrpcError(error);
});

/**
 * The only way to make a procedure: `procedure.requires(permission)`. The permission must be held somewhere (organisation or a
 * team); which VM, point or policy it may be used on is decided by the service, through what the person can see.
 */
export const procedure = {
  requires(permission: Permission) {
    return t.procedure
      .meta({ permission })
      .use(withErrors)
      .use(({ ctx, next }) => next({ ctx: requireSignedIn(ctx, permission) }));
  },
};
