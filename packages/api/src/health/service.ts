import { listEngines, listPartHealth, type PartHealthRow } from "@kluis/db";
import { limits } from "@kluis/domain";
import packageJson from "../../package.json" with { type: "json" };
import type { Api } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";
import type { HealthView } from "../views/index.ts";

type Part = HealthView["parts"][number];

/** Database, engine, vault and Azure: as seen now, or as the engine last saw them. Never throws; says what is wrong instead. */
export async function readHealth(api: Api): Promise<HealthView> {
  const now = api.clock.now();
  const parts = await readParts(api, now);
  return {
    ok: parts.every((part) => part.ok),
    version: packageJson.version,
    checkedAt: now.toISOString(),
    parts,
  };
}

/**
 * The same for those who have not signed in: which part is well and the code of what is wrong, in words that name nothing. What
 * Azure or the vault's store said (addresses, folders, ids of resources) is for the settings page.
 */
export function publicHealth({ parts, ...rest }: HealthView): HealthView {
  return {
    ...rest,
    parts: parts.map((part) => ({
      ...part,
      message: part.ok ? "Works." : "Does not work. Sign in and look at Settings for the reason.",
    })),
  };
}

async function readParts(api: Api, now: Date): Promise<Part[]> {
  const at = now.toISOString();
  try {
    const [engines, rows] = await Promise.all([listEngines(api.db.prisma), listPartHealth(api.db.prisma)]);
    return [
      { part: "database", ok: true, code: null, message: "PostgreSQL answers.", checkedAt: at },
      enginePart(engines, rows, now),
      seenByEngine("vault", rows, now),
      seenByEngine("azure", rows, now),
    ];
  } catch (error) {
    api.logger.error({ err: error }, "health could not be read");
    const { code } = kluisErrorOf(error);
    const unknown = {
      ok: false,
      code: "DATABASE_UNREACHABLE",
      message: "Not known while the database is away.",
      checkedAt: null,
    };
    return [
      { part: "database", ok: false, code, message: "The database cannot be read.", checkedAt: at },
      { part: "engine", ...unknown },
      { part: "vault", ...unknown },
      { part: "azure", ...unknown },
    ];
  }
}

/** An engine that lives is well when its scheduler is: the last word on that counts until it is stale. */
function enginePart(
  engines: readonly { readonly heartbeatAt: Date }[],
  rows: readonly PartHealthRow[],
  now: Date,
): Part {
  const alive = engines.filter(
    (engine) => now.getTime() - engine.heartbeatAt.getTime() < limits.engineSilentMs,
  );
  const last = engines.map((engine) => engine.heartbeatAt).toSorted((a, b) => b.getTime() - a.getTime())[0];
  const checkedAt = last?.toISOString() ?? null;
  const scheduler = rows.find((row) => row.part === "scheduler" && !row.ok);
  const fresh =
    scheduler !== undefined && now.getTime() - scheduler.checkedAt.getTime() <= limits.partStaleMs;
  if (alive.length > 0 && fresh) {
    const { code, message } = scheduler;
    return { part: "engine", ok: false, code, message, checkedAt: scheduler.checkedAt.toISOString() };
  }
  if (alive.length > 0) {
    const message = alive.length === 1 ? "One engine works." : `${alive.length} engines work.`;
    return { part: "engine", ok: true, code: null, message, checkedAt };
  }
  const message = last === undefined ? "No engine runs." : "No engine has given a sign of life for a while.";
  return { part: "engine", ok: false, code: "ENGINE_SILENT", message, checkedAt };
}

function seenByEngine(part: "vault" | "azure", rows: readonly PartHealthRow[], now: Date): Part {
  const row = rows.find((one) => one.part === part);
  if (row === undefined) {
    return {
      part,
      ok: false,
      code: "NOT_CHECKED",
      message: "The engine has not looked at it yet.",
      checkedAt: null,
    };
  }
  const { ok, code, message } = row;
  const checkedAt = row.checkedAt.toISOString();
  if (now.getTime() - row.checkedAt.getTime() > limits.partStaleMs) {
    return {
      part,
      ok: false,
      code: "NOT_CHECKED",
      message: `Not checked lately; last: ${message}`,
      checkedAt,
    };
  }
  return { part, ok, code, message, checkedAt };
}
