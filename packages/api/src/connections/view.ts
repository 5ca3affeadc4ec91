import {
  connectionClouds,
  connectionTestSchema,
  countView,
  credentialKinds,
  errorView,
  instantView,
  settingSources,
  switchStates,
} from "@kluis/domain";
import { z } from "zod";

/** The last check by an engine; null before the first, and when it is outdated. */
export const partHealthView = z
  .object({ ok: z.boolean(), error: errorView.nullable(), checkedAt: instantView })
  .nullable();

/** The last test. */
export function testView<Result extends z.ZodType>(result: Result) {
  return z.object({
    /** An engine has not answered the last request yet. */
    pending: z.boolean(),
    at: instantView.nullable(),
    /** The host name of the engine. */
    by: z.string().nullable(),
    ok: z.boolean().nullable(),
    result: result.nullable(),
  });
}

/** A connection to Azure. No secret of it ever leaves the server. */
export const connectionView = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(settingSources),
  state: z.enum(switchStates),
  cloud: z.enum(connectionClouds),
  tenantId: z.string(),
  credentialKind: z.enum(credentialKinds),
  clientId: z.string().nullable(),
  /** When the stored credential was entered; null when the environment or the machine holds it. */
  secretChangedAt: instantView.nullable(),
  createdAt: instantView,
  subscriptions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      readable: z.boolean(),
      /** Why it, or one of its VMs, could not be read at the last discovery; null when everything was. */
      problem: errorView.nullable(),
      problemSince: instantView.nullable(),
    }),
  ),
  test: testView(connectionTestSchema),
  health: partHealthView,
  /** What disabling it affects. */
  affects: z.object({
    vms: countView,
    protectedVms: countView,
    policies: countView,
    teams: countView,
  }),
  /** VMs with recovery points in its subscriptions. While there are any, or `affects.vms`, it cannot be removed. */
  pointVms: countView,
  /** The tenant can still be corrected: the connection has never worked. */
  canChangeTenant: z.boolean(),
});
export type ConnectionView = z.infer<typeof connectionView>;

export const removedView = z.object({ id: z.string(), name: z.string() });
