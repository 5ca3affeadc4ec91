/** Checks the parts that only the engine can reach, and stores the findings for /api/health. */
import { probe } from "@kluis/azure";
import { setPartHealth } from "@kluis/db";
import { errorInfo, limits, type Notice, notice, noticeText } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

interface Finding {
  readonly part: "azure" | "vault" | "scheduler";
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
  const info = errorInfo(error);
  return setPartHealth(deps.db.prisma, {
    ...at,
    ok: false,
    code: info.code,
    message: info.message,
    error: info,
  });
}

/** Checks Azure and the vault. A failed check is the finding; only errors of the database are thrown. */
export async function checkParts(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.partCheckMs)]);
  const azure = attempt(async () => {
    const answers = await probe(deps.azure, { signal: bounded });
    const bad = answers.find(({ error }) => error !== null);
    if (bad?.error) throw bad.error;
  });
  const vault = attempt(() => deps.vault.store.head("vault.json", bounded));
  const vaultHealthy = notice("vault-healthy", { vault: deps.vault.store.description });
  await reportPart(deps, { part: "azure", error: await azure, healthy: notice("azure-healthy", {}) });
  await reportPart(deps, { part: "vault", error: await vault, healthy: vaultHealthy });
}

async function attempt(check: () => Promise<unknown>): Promise<unknown> {
  try {
    await check();
    return null;
  } catch (error) {
    return error;
  }
}
