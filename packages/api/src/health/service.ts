import { listEngines, listPartHealth, type PartHealthRow } from "@kluis/db";
import { limits, type Notice, notice, noticeText } from "@kluis/domain";
import packageJson from "../../package.json" with { type: "json" };
import type { Api } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";
import { type HealthPartView, type HealthView, healthView } from "./view.ts";

/**
 * Returns the health of each part: database and engine as read now, vault and Azure as the engine last reported. Never throws.
 */
export async function readHealth(api: Api): Promise<HealthView> {
  const now = api.clock.now();
  const parts = await readParts(api, now);
  const ok = parts.every((part) => part.ok);
  return healthView.parse({ ok, version: packageJson.version, checkedAt: now, parts });
}

/**
 * The same for callers that have not signed in: parts and codes, without the texts of Azure or the vault's store, which may
 * hold addresses, folders and ids.
 */
export function publicHealth({ parts, ...rest }: HealthView): HealthView {
  return healthView.parse({
    ...rest,
    parts: parts.map((part) => ({ ...part, ...said(notice(part.ok ? "health-ok" : "health-failed", {})) })),
  });
}

function said(told: Notice): Pick<HealthPartView, "message" | "notice" | "error"> {
  return { message: noticeText(told), notice: told, error: null };
}

async function readParts(api: Api, now: Date): Promise<HealthPartView[]> {
  try {
    const [engines, rows] = await Promise.all([listEngines(api.db.prisma), listPartHealth(api.db.prisma)]);
    const database = { part: "database", ok: true, code: null, checkedAt: now } as const;
    return [
      { ...database, ...said(notice("health-database-ok", {})) },
      enginePart(engines, rows, now),
      checkedPart("vault", rows, now),
      checkedPart("azure", rows, now),
    ];
  } catch (error) {
    api.logger.error({ err: error }, "health could not be read");
    const { code } = kluisErrorOf(error);
    const database = { part: "database", ok: false, code, checkedAt: now } as const;
    const unknown = { ok: false, code: "DATABASE_UNREACHABLE", checkedAt: null };
    const others = (["engine", "vault", "azure"] as const).map((part) => ({
      ...unknown,
      part,
      ...said(notice("health-unknown", {})),
    }));
    return [{ ...database, ...said(notice("health-database-failed", {})) }, ...others];
  }
}

/** An engine with a recent heartbeat is healthy, unless its scheduler has reported a failure that is not outdated. */
function enginePart(
  engines: readonly { readonly heartbeatAt: Date }[],
  rows: readonly PartHealthRow[],
  now: Date,
): HealthPartView {
  const beats = engines.map((engine) => engine.heartbeatAt).toSorted((a, b) => b.getTime() - a.getTime());
  const alive = beats.filter((at) => now.getTime() - at.getTime() < limits.engineSilentMs).length;
  const [checkedAt = null] = beats;
  if (alive === 0) {
    const told = notice(checkedAt === null ? "health-no-engine" : "health-engines-silent", {});
    return { part: "engine", ok: false, code: "ENGINE_SILENT", checkedAt, ...said(told) };
  }
  const scheduler = rows.find((row) => row.part === "scheduler" && !row.ok);
  if (scheduler !== undefined && isFresh(scheduler, now)) return { ...scheduler, part: "engine" };
  const told = notice("health-engines-ok", { engines: alive });
  return { part: "engine", ok: true, code: null, checkedAt, ...said(told) };
}

function checkedPart(part: "vault" | "azure", rows: readonly PartHealthRow[], now: Date): HealthPartView {
  const row = rows.find((one) => one.part === part);
  if (row !== undefined && isFresh(row, now)) return { ...row, part };
  const unchecked = { part, ok: false, code: "NOT_CHECKED" } as const;
  if (row === undefined) return { ...unchecked, checkedAt: null, ...said(notice("health-not-checked", {})) };
  const told = notice("health-check-outdated", {});
  const message = `${noticeText(told)} Last result: ${row.message}`;
  return { ...unchecked, ...said(told), checkedAt: row.checkedAt, message };
}

function isFresh(row: PartHealthRow, now: Date): boolean {
  return now.getTime() - row.checkedAt.getTime() <= limits.partStaleMs;
}
