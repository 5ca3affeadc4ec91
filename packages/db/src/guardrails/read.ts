/** The guardrails of the platform owner, and the versions before. */
import { actorSchema, type Guardrails, guardrailsSchema, noGuardrails } from "@kluis/domain";
import { z } from "zod";
import { fromJson } from "../json.ts";
import { lockInTransaction, locks, shareInTransaction } from "../locks.ts";
import type { Tx } from "../tx.ts";

const versionRow = z.object({
  version: z.int(),
  document: guardrailsSchema,
  createdAt: z.date(),
  createdBy: actorSchema,
});
export type GuardrailVersionRow = z.infer<typeof versionRow>;

const newestFirst = { orderBy: { version: "desc" } } as const;

/** The newest version; null before the first one. */
export async function findGuardrailVersion(tx: Tx): Promise<GuardrailVersionRow | null> {
  const row = await tx.guardrailVersion.findFirst(newestFirst);
  return row && fromJson(versionRow, row, "GuardrailVersion");
}

/** The guardrails of now. To decide about what a transaction saves, call {@link holdGuardrails}. */
export async function readGuardrails(tx: Tx): Promise<Guardrails> {
  return (await findGuardrailVersion(tx))?.document ?? noGuardrails;
}

/**
 * Reads the guardrails and keeps them as they are until the transaction ends: what it saves and a new version at the same moment
 * see each other. Call it before the transaction locks a row.
 */
export async function holdGuardrails(tx: Tx): Promise<Guardrails> {
  await shareInTransaction(tx, locks.guardrails);
  return readGuardrails(tx);
}

/** The same for a transaction that changes the guardrails: it waits for all that hold them, and others wait for it. */
export async function holdGuardrailsAlone(tx: Tx): Promise<Guardrails> {
  await lockInTransaction(tx, locks.guardrails);
  return readGuardrails(tx);
}

/** A page of versions, the newest first, each with the one before it. */
export async function listGuardrailVersions(
  tx: Tx,
  { page, pageSize }: { readonly page: number; readonly pageSize: number },
): Promise<{
  readonly rows: readonly { readonly now: GuardrailVersionRow; readonly before: Guardrails }[];
  readonly total: number;
}> {
  const rows = await tx.guardrailVersion.findMany({
    ...newestFirst,
    skip: (page - 1) * pageSize,
    take: pageSize + 1,
  });
  const versions = rows.map((row) => fromJson(versionRow, row, "GuardrailVersion"));
  return {
    rows: versions
      .slice(0, pageSize)
      .map((now, index) => ({ now, before: versions[index + 1]?.document ?? noGuardrails })),
    total: await tx.guardrailVersion.count(),
  };
}
