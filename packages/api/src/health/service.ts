import {
  countDamage,
  countProblems,
  listConnections,
  listEngines,
  listPartHealth,
  listRecurringWork,
  listVaults,
  type PartHealthRow,
} from "@kluis/db";
import { limits, notice, noticeText, type VmVisibility } from "@kluis/domain";
import packageJson from "../../package.json" with { type: "json" };
import type { Api } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";
import { isFresh } from "./fresh.ts";
import { said } from "./said.ts";
import { type HealthPartView, type HealthView, healthView } from "./view.ts";
import { workPart } from "./work.ts";

/**
 * Returns the health of each part: database and engine as read now; vaults and connections as the engine last reported, one
 * part for each enabled connection and vault. What needs attention counts among the visible VMs. Never throws.
 */
export async function readHealth(api: Api, visibility: VmVisibility = { all: true }): Promise<HealthView> {
  const now = api.clock.now();
  const parts = await readParts(api, { now, visibility });
  const ok = parts.every((part) => part.ok);
  return healthView.parse({ ok, version: packageJson.version, checkedAt: now, parts });
}

/** The same for users who do not manage connections and vaults: one part for all of each, the first problem if there is one. */
export function commonHealth({ parts, ...rest }: HealthView): HealthView {
  // Damage may be of the points of other teams. Attention has that of the VMs that a user sees.
  const kinds = [...new Set(parts.map(({ part }) => part))].filter((part) => part !== "damage");
  return {
    ...rest,
    parts: kinds.flatMap((kind) => {
      const same = parts.filter(({ part }) => part === kind);
      const one = same.find(({ ok }) => !ok) ?? same[0];
      if (one === undefined) return [];
      return [{ ...one, ...hiddenIn(one), subject: null, failed: null }];
    }),
  };
}

/**
 * An item of repeated work, or a subscription, may belong to another team, and only owners see vaults and their addresses: the problem is
 * told without its words.
 */
function hiddenIn({ part, ok, code, checkedAt }: HealthPartView) {
  if (ok) return {};
  if (part === "work") return said(notice("work-degraded", {}));
  // Key Vault answers with ids of the tenant and the app.
  if (part === "vault") return said(notice(hiddenVault(code, checkedAt), {}));
  return part === "azure" && !isOfConnection(code) ? said(notice("azure-degraded", {})) : {};
}

function hiddenVault(code: HealthPartView["code"], checkedAt: HealthPartView["checkedAt"]) {
  if (code !== "NOT_CHECKED") return "vault-degraded";
  return checkedAt === null ? "health-not-checked" : "health-check-outdated";
}

/** Codes that concern a connection as a whole, and name none of its subscriptions. */
function isOfConnection(code: HealthPartView["code"]): boolean {
  return code !== null && ["AZURE_AUTH_FAILED", "AZURE_UNREACHABLE", "CONNECTION_UNUSABLE"].includes(code);
}

/**
 * The same for callers that have not signed in: parts and codes, without names and the texts of Azure or the vault's store, which
 * may hold addresses, folders and ids.
 */
export function publicHealth(health: HealthView): HealthView {
  const { parts, ...rest } = commonHealth(health);
  return healthView.parse({
    ...rest,
    parts: parts.map((part) => ({ ...part, ...said(notice(part.ok ? "health-ok" : "health-failed", {})) })),
  });
}

interface Reading {
  readonly now: Date;
  readonly visibility: VmVisibility;
}

async function readParts(api: Api, { now, visibility }: Reading): Promise<HealthPartView[]> {
  try {
    const { prisma } = api.db;
    const [engines, rows] = await Promise.all([listEngines(prisma), listPartHealth(prisma)]);
    const [connections, vaults] = await Promise.all([listConnections(prisma), listVaults(prisma)]);
    const damaged = await countDamage(prisma);
    const [open, work] = await Promise.all([countProblems(prisma, visibility), listRecurringWork(prisma)]);
    const database = { part: "database", ok: true, code: null, checkedAt: now } as const;
    return [
      { ...database, ...said(notice("health-database-ok", {})) },
      enginePart(engines, now),
      ...clockParts(rows, now),
      ...work.map((one) => workPart(one, now)),
      ...attentionPart(open, now),
      ...checkedParts({ part: "vault", key: "vault", subjects: vaults.filter(isEnabled) }, rows, now),
      ...damageParts(vaults, damaged, now),
      ...checkedParts(
        { part: "azure", key: "connection", subjects: connections.filter(isEnabled) },
        rows,
        now,
      ),
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

function isEnabled({ state }: { readonly state: "enabled" | "disabled" }): boolean {
  return state === "enabled";
}

/** An engine with a recent heartbeat is healthy. */
function enginePart(engines: readonly { readonly heartbeatAt: Date }[], now: Date): HealthPartView {
  const beats = engines.map((engine) => engine.heartbeatAt).toSorted((a, b) => b.getTime() - a.getTime());
  const alive = beats.filter((at) => now.getTime() - at.getTime() < limits.engineSilentMs).length;
  const [checkedAt = null] = beats;
  if (alive === 0) {
    const told = notice(checkedAt === null ? "health-no-engine" : "health-engines-silent", {});
    return { part: "engine", ok: false, code: "ENGINE_SILENT", checkedAt, ...said(told) };
  }
  const told = notice("health-engines-ok", { engines: alive });
  return { part: "engine", ok: true, code: null, checkedAt, ...said(told) };
}

/** One for each machine whose clock is wrong. */
function clockParts(rows: readonly PartHealthRow[], now: Date): HealthPartView[] {
  return rows
    .filter((row) => row.part.startsWith("clock:") && !row.ok && isFresh(row, now))
    .map((row) => ({ ...row, part: "clock" as const, subject: null }));
}

/** Absent when nothing needs attention. The overview says what does. */
function attentionPart(open: number, now: Date): HealthPartView[] {
  if (open === 0) return [];
  const told = said(notice("health-attention", { count: open }));
  return [{ part: "attention", ok: false, code: "ATTENTION", checkedAt: now, ...told }];
}

/** One for each vault with damage that is not healed, disabled vaults too: their points can be restored. */
function damageParts(
  vaults: readonly { readonly id: string; readonly name: string }[],
  damaged: ReadonlyMap<string, { readonly objects: number; readonly points: number }>,
  now: Date,
): HealthPartView[] {
  return vaults.flatMap(({ id, name }) => {
    const found = damaged.get(id);
    if (found === undefined) return [];
    const told = said(notice("vault-damage-open", found));
    return [
      {
        part: "damage",
        ok: false,
        code: "VAULT_DATA_DAMAGED",
        checkedAt: now,
        ...told,
        subject: { id, name },
      },
    ];
  });
}

interface Checked {
  readonly part: "vault" | "azure";
  /** Before the colon of a subject's row. */
  readonly key: "vault" | "connection";
  readonly subjects: readonly { readonly id: string; readonly name: string }[];
}

/** One part per subject; one for all when there is none. */
function checkedParts(
  { part, key, subjects }: Checked,
  rows: readonly PartHealthRow[],
  now: Date,
): HealthPartView[] {
  const ofAll = rows.find((row) => row.part === part);
  if (subjects.length === 0) return [checkedPart(part, ofAll, now)];
  return subjects.map(({ id, name }) => {
    const row = rows.find((one) => one.part === `${key}:${id}`) ?? ofAll;
    return { ...checkedPart(part, row, now), subject: { id, name } };
  });
}

function checkedPart(part: "vault" | "azure", row: PartHealthRow | undefined, now: Date): HealthPartView {
  if (row !== undefined && isFresh(row, now)) return { ...row, part, subject: null };
  const unchecked = { part, ok: false, code: "NOT_CHECKED" } as const;
  if (row === undefined) return { ...unchecked, checkedAt: null, ...said(notice("health-not-checked", {})) };
  const told = notice("health-check-outdated", {});
  const message = `${noticeText(told)} Last result: ${row.message}`;
  return { ...unchecked, ...said(told), checkedAt: row.checkedAt, message };
}
