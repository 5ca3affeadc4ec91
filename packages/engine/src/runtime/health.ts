/** Checks the parts that only the engine can reach, and stores the findings for /api/health. */
import { probe } from "@kluis/azure";
import { knownError, setPartHealth } from "@kluis/db";
import { errorInfo, KluisError, limits, type Notice, notice, noticeText } from "@kluis/domain";
import type { StorePlace } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { within } from "./within.ts";

interface Finding {
  readonly part:
    | "azure"
    | "vault"
    | "scheduler"
    | `connection:${string}`
    | `vault:${string}`
    | `clock:${string}`;
  /** Null when the part is healthy. */
  readonly error: unknown;
  /** What to show of a healthy part. */
  readonly healthy: Notice;
}

export async function reportPart(
  deps: Pick<EngineDeps, "db" | "clock">,
  { part, error, healthy }: Finding,
): Promise<void> {
  const at = { part, checkedAt: deps.clock.now() };
  if (error === null) {
    const facts = { ok: true, code: null, message: noticeText(healthy), notice: healthy };
    return setPartHealth(deps.db.prisma, { ...at, ...facts });
  }
  const info = errorInfo(knownError(error));
  return setPartHealth(deps.db.prisma, {
    ...at,
    ok: false,
    code: info.code,
    message: info.message,
    error: info,
  });
}

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

async function checkConnections(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const healthy = notice("azure-healthy", {});
  const enabled = deps.connections.list().filter(({ row }) => row.state === "enabled");
  const errors = await Promise.all(
    enabled.map(async ({ row, open }) => {
      const error = await attempt(async () => {
        const answers = await probe(open(), { signal });
        const bad = answers.find((answer) => answer.error !== null);
        if (bad?.error) throw bad.error;
      });
      await reportPart(deps, { part: `connection:${row.id}`, error, healthy });
      return error;
    }),
  );
  const error = enabled.length === 0 ? noConnection() : firstOf(errors);
  await reportPart(deps, { part: "azure", error, healthy });
}

function noConnection(): KluisError {
  return new KluisError("CONNECTION_UNUSABLE", {
    reason: "no-connection",
    message: "No connection to Azure is enabled.",
    action: "Add or enable one under Settings.",
  });
}

async function checkVaults(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  // Opening a vault creates it: one that was never used waits for its test.
  const rows = deps.vaults.list().filter(({ state, identity }) => state === "enabled" || identity !== null);
  const findings = await Promise.all(
    rows.map(async ({ id, state, isDefault, name }) => {
      let healthy: Notice = notice("vault-healthy", { vault: name });
      const error = await attempt(async () => {
        const { store } = await within(signal, deps.vaults.open(id));
        await store.head("vault.json", signal);
        healthy = healthyNotice(store.place);
      });
      await reportPart(deps, { part: `vault:${id}`, error, healthy });
      return { error, healthy, state, isDefault };
    }),
  );
  const used = findings.filter(({ state }) => state === "enabled");
  const first = used.find(({ isDefault }) => isDefault) ?? used[0];
  const error =
    first === undefined
      ? await attempt(() => deps.vaults.openDefault())
      : firstOf(used.map((one) => one.error));
  await reportPart(deps, {
    part: "vault",
    error,
    healthy: first?.healthy ?? notice("vault-healthy", { vault: "" }),
  });
}

function healthyNotice(place: StorePlace): Notice {
  if (place.kind === "folder") return notice("vault-folder-healthy", { folder: place.folder });
  return notice("vault-blob-healthy", { account: place.account, container: place.container });
}

function firstOf(errors: readonly unknown[]): unknown {
  return errors.find((error) => error !== null) ?? null;
}

async function attempt(check: () => Promise<unknown>): Promise<unknown> {
  try {
    await check();
    return null;
  } catch (error) {
    return error;
  }
}
