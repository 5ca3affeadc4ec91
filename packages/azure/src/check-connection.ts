/** Tests a connection: signs in, lists the subscriptions that the identity sees, and what its role lacks in each. */
import { isKluisError, KluisError, mapConcurrent } from "@kluis/domain";
import { z } from "zod";
import { call } from "./call.ts";
import { type AzureDirectory, seesNothing } from "./connection.ts";
import { missingActions } from "./required-actions.ts";

/** Subscriptions that one test visits. An identity that sees more has a role on a management group. */
const MOST_SUBSCRIPTIONS = 200;
/** Subscriptions that are read at the same time. */
const AT_ONCE = 4;

export interface SeenSubscription {
  /** Lower case. */
  readonly id: string;
  readonly name: string;
  /** Azure's state, such as `Enabled`. */
  readonly state: string;
  /** Required actions that the identity does not hold; null when Azure does not tell. */
  readonly missing: readonly string[] | null;
  /** Why the VMs of the subscription cannot be listed; null when they can. */
  readonly error: KluisError | null;
}

export interface ConnectionFindings {
  /** Null: the identity signs in and lists the VMs of at least one subscription. */
  readonly error: KluisError | null;
  readonly subscriptions: readonly SeenSubscription[];
}

const subscriptionSchema = z.object({
  subscriptionId: z.string().toLowerCase(),
  displayName: z.string().default(""),
  state: z.string().default("Enabled"),
});
const permissionSchema = z.object({
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
});

/**
 * A failed check is a finding.
 * @throws KluisError CANCELLED
 */
export async function checkConnection(
  azure: AzureDirectory,
  { signal }: { readonly signal: AbortSignal },
): Promise<ConnectionFindings> {
  let seen: z.infer<typeof subscriptionSchema>[];
  try {
    seen = await azure.list("/subscriptions?api-version=2022-12-01", subscriptionSchema, {
      operation: "list subscriptions",
      most: MOST_SUBSCRIPTIONS,
      signal,
    });
  } catch (error) {
    return { error: findingOf(error), subscriptions: [] };
  }
  if (seen.length === 0) return { error: seesNothing(), subscriptions: [] };
  const subscriptions = await Array.fromAsync(
    mapConcurrent(seen, { limit: AT_ONCE, signal }, (one) => checkSubscription(azure, one, signal)),
  );
  const isReadable = subscriptions.some(({ error }) => error === null);
  return { error: isReadable ? null : (subscriptions[0]?.error ?? null), subscriptions };
}

async function checkSubscription(
  azure: AzureDirectory,
  { subscriptionId: id, displayName, state }: z.infer<typeof subscriptionSchema>,
  signal: AbortSignal,
): Promise<SeenSubscription> {
  const facts = { id, name: displayName === "" ? id : displayName, state };
  const missing = await missingIn(azure, id, signal);
  try {
    await call({ operation: "list virtual machines", target: `/subscriptions/${id}` }, () =>
      azure.computeOf(id).virtualMachines.listAll({ abortSignal: signal }).byPage().next(),
    );
    return { ...facts, missing, error: null };
  } catch (error) {
    return { ...facts, missing, error: findingOf(error) };
  }
}

/** Azure answers the caller's own permissions; a role may lack the right to read them. */
async function missingIn(azure: AzureDirectory, id: string, signal: AbortSignal): Promise<string[] | null> {
  try {
    const path = `/subscriptions/${id}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
    const options = { operation: "list permissions", most: 1_000, signal } as const;
    return missingActions(await azure.list(path, permissionSchema, options));
  } catch (error) {
    findingOf(error);
    return null;
  }
}

function findingOf(error: unknown): KluisError {
  if (!(error instanceof KluisError) || isKluisError(error, "CANCELLED")) throw error;
  return error;
}
