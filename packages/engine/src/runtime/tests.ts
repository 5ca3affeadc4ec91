/** Tests of connections and vaults, on request. The result is stored with the row. */
import { hostname } from "node:os";
import { type ConnectionFindings, checkConnection } from "@kluis/azure";
import {
  appendEvents,
  inTransaction,
  judgeRecoveryKey,
  knownError,
  noteViolations,
  recordConnectionTest,
  recordVaultTest,
} from "@kluis/db";
import { type ConnectionTest, engineActor, errorInfo, type LedgerDraft, type VaultTest } from "@kluis/domain";
import { checkStore } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { within } from "./within.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log" | "connections" | "vaults">;

/** A test ends within this time, so that the user gets an answer. */
const TEST_LIMIT_MS = 60_000;

/** Signs in, and stores what the identity sees and what its role lacks. */
export async function testConnection(deps: Deps, id: string, signal: AbortSignal): Promise<void> {
  await deps.connections.reload();
  const { row, open } = deps.connections.get(id);
  const test = toConnectionTest(await findings(open, AbortSignal.any([signal, timeLimit()]), signal));
  await inTransaction(deps.db, async (tx) => {
    const result = { id, changedAt: row.changedAt, test, by: hostname(), at: deps.clock.now() };
    if (!(await recordConnectionTest(tx, result))) return;
    const data = {
      ok: test.error === null,
      code: test.error?.code ?? null,
      subscriptions: test.subscriptions.length,
    };
    const target = { type: "connection", id, name: row.name } as const;
    await appendEvents(tx, deps.clock, [event("connection.tested", target, data)]);
  });
}

async function findings(
  open: ReturnType<Deps["connections"]["get"]>["open"],
  bounded: AbortSignal,
  signal: AbortSignal,
): Promise<ConnectionFindings> {
  try {
    return await checkConnection(open(), { signal: bounded });
  } catch (error) {
    signal.throwIfAborted();
    return { error: knownError(error), subscriptions: [] };
  }
}

function toConnectionTest({ error, subscriptions }: ConnectionFindings): ConnectionTest {
  return {
    error: error === null ? null : errorInfo(error),
    subscriptions: subscriptions.map((one) => ({
      ...one,
      missing: one.missing === null ? null : [...one.missing],
      error: one.error === null ? null : errorInfo(one.error),
    })),
  };
}

/** Opens the vault, or creates it in an empty storage, and stores what works. */
export async function testVault(deps: Deps, id: string, signal: AbortSignal): Promise<void> {
  await deps.vaults.refresh();
  const row = deps.vaults.row(id);
  const bounded = AbortSignal.any([signal, timeLimit()]);
  const test = await vaultFindings(deps, id, bounded);
  signal.throwIfAborted();
  if (row.identity !== null || test.checks.every(({ error }) => error === null))
    await inTransaction(deps.db, async (tx) => {
      await judgeRecoveryKey(tx, row);
      await noteViolations(tx);
    });
  await inTransaction(deps.db, async (tx) => {
    const result = { id, changedAt: row.changedAt, test, by: hostname(), at: deps.clock.now() };
    if (!(await recordVaultTest(tx, result))) return;
    const failed = test.checks.find(({ error }) => error !== null);
    const data = {
      ok: failed === undefined,
      check: failed?.check ?? null,
      code: failed?.error?.code ?? null,
    };
    await appendEvents(tx, deps.clock, [event("vault.tested", { type: "vault", id, name: row.name }, data)]);
  });
}

async function vaultFindings(deps: Deps, id: string, signal: AbortSignal): Promise<VaultTest> {
  try {
    const { store } = await within(signal, deps.vaults.open(id));
    const { checks, clockSkewMs } = await checkStore(store, { clock: deps.clock, signal });
    const passed = [
      { check: "reach", error: null },
      { check: "key", error: null },
    ] as const;
    return {
      checks: [
        ...passed,
        ...checks.map(({ check, error }) => ({ check, error: error === null ? null : errorInfo(error) })),
      ],
      clockSkewMs,
    };
  } catch (error) {
    const info = errorInfo(knownError(error));
    const reached = { check: "reach", error: null } as const;
    const isKey = info.code === "VAULT_KEY_WRONG" || info.code === "CONFIG_INVALID";
    const checks = isKey
      ? [reached, { check: "key", error: info } as const]
      : [{ check: "reach", error: info } as const];
    return { checks, clockSkewMs: null };
  }
}

function event(
  kind: LedgerDraft["kind"],
  target: LedgerDraft["target"],
  data: Readonly<Record<string, unknown>>,
): LedgerDraft {
  return { kind, actor: engineActor, target, data };
}

function timeLimit(): AbortSignal {
  return AbortSignal.timeout(TEST_LIMIT_MS);
}
