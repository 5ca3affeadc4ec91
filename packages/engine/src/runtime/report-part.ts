/** Stores what an engine finds about a part, for /api/health. */
import { knownError, setPartHealth } from "@kluis/db";
import { type ErrorInfo, errorInfo, type Notice, noticeText } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

interface Finding {
  readonly part: "azure" | "vault" | `connection:${string}` | `vault:${string}` | `clock:${string}`;
  /** Null when the part is healthy. */
  readonly problem: ErrorInfo | null;
  /** What to show of a healthy part. */
  readonly healthy: Notice;
}

export function problemOf(error: unknown): ErrorInfo {
  return errorInfo(knownError(error));
}

export async function reportPart(
  deps: Pick<EngineDeps, "db" | "clock">,
  { part, problem, healthy }: Finding,
): Promise<void> {
  const at = { part, checkedAt: deps.clock.now() };
  const facts =
    problem === null
      ? { ok: true, code: null, message: noticeText(healthy), notice: healthy }
      : { ok: false, code: problem.code, message: problem.message, error: problem };
  return setPartHealth(deps.db.prisma, { ...at, ...facts });
}
