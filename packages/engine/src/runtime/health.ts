/** What /api/health shows of the parts that only the engine meets. */
import { probe } from "@kluis/azure";
import { setPartHealth } from "@kluis/db";
import { errorInfo, limits } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

interface Finding {
  readonly part: "azure" | "vault" | "scheduler";
  readonly error: unknown;
  /** When nothing is wrong. */
  readonly message: string;
}

/** Writes down how a part is. */
export async function reportPart(
  deps: Pick<EngineDeps, "db" | "clock">,
  { part, error, message }: Finding,
): Promise<void> {
  const problem = error === null ? null : errorInfo(error);
  await setPartHealth(deps.db.prisma, {
    part,
    ok: problem === null,
    code: problem?.code ?? null,
    message: problem?.message ?? message,
    checkedAt: deps.clock.now(),
  });
}

/** Looks at Azure and the vault now. A check that fails is the finding; only the database's failure is thrown. */
export async function checkParts(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.partCheckMs)]);
  const azure = attempt(async () => {
    const answers = await probe(deps.azure, { signal: bounded });
    const bad = answers.find(({ error }) => error !== null);
    if (bad?.error) throw bad.error;
  });
  const vault = attempt(() => deps.vault.store.head("vault.json", bounded));
  await reportPart(deps, { part: "azure", error: await azure, message: "Azure answers." });
  await reportPart(deps, {
    part: "vault",
    error: await vault,
    message: `${deps.vault.store.description} answers.`,
  });
}

async function attempt(check: () => Promise<unknown>): Promise<unknown> {
  try {
    await check();
    return null;
  } catch (error) {
    return error;
  }
}
