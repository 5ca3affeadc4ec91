/** Checks the parts that only the engine can reach, and stores the findings for /api/health. */

import { readVaultTrust } from "@kluis/db";
import { type ErrorInfo, limits, type Notice, notice } from "@kluis/domain";
import type { StorePlace } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { lookAtVault } from "../upkeep/truth/look.ts";
import { checkConnections } from "./connection-health.ts";
import { problemOf, reportPart } from "./report-part.ts";
import { requireWritable } from "./vault-trust.ts";
import { within } from "./within.ts";

/**
 * Checks every enabled connection and every vault. The parts `azure` and `vault` are healthy when all that take new work are. A
 * failed check is the finding; only errors of the database are thrown.
 */
export async function checkParts(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.partCheckMs)]);
  await deps.connections.reload();
  await deps.vaults.refresh();
  await Promise.all([checkConnections(deps, bounded), checkVaults(deps, bounded)]);
}

async function checkVaults(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  // Opening a vault creates it: one that was never used waits for its test.
  const rows = deps.vaults.list().filter(({ state, identity }) => state === "enabled" || identity !== null);
  const findings = await Promise.all(
    rows.map(async ({ id, identity, state, isDefault, name }) => {
      let healthy: Notice = notice("vault-healthy", { vault: name });
      const problem = await attempt(async () => {
        if (identity !== null) await within(signal, requireInPlace(deps, id, signal));
        const { store } = await within(signal, deps.vaults.open(id));
        healthy = healthyNotice(store.place);
      });
      await reportPart(deps, { part: `vault:${id}`, problem, healthy });
      return { problem, healthy, state, isDefault };
    }),
  );
  const used = findings.filter(({ state }) => state === "enabled");
  const first = used.find(({ isDefault }) => isDefault) ?? used[0];
  const problem =
    first === undefined
      ? await attempt(() => deps.vaults.openDefault())
      : (used.find((one) => one.problem !== null)?.problem ?? null);
  await reportPart(deps, {
    part: "vault",
    problem,
    healthy: first?.healthy ?? notice("vault-healthy", { vault: "" }),
  });
}

/** A vault that is lost, or back, is noted at once. @throws KluisError VAULT_UNUSABLE when another vault or none is in its place */
async function requireInPlace(deps: EngineDeps, id: string, signal: AbortSignal): Promise<void> {
  const { prisma } = deps.db;
  const stored = await deps.vaults.look(id, signal);
  const trust = await readVaultTrust(prisma, id);
  const isThere = stored === deps.vaults.row(id).identity;
  const wasThere = trust === null || (trust.truth !== "foreign" && trust.truth !== "missing");
  if (isThere !== wasThere) await lookAtVault(deps, id, signal);
  if (!isThere) await requireWritable(prisma, id);
}

function healthyNotice(place: StorePlace): Notice {
  if (place.kind === "folder") return notice("vault-folder-healthy", { folder: place.folder });
  return notice("vault-blob-healthy", { account: place.account, container: place.container });
}

async function attempt(check: () => Promise<unknown>): Promise<ErrorInfo | null> {
  try {
    await check();
    return null;
  } catch (error) {
    return problemOf(error);
  }
}
