/** What existed before a guardrail and does not keep it, listed for repair. */
import {
  type GuardedVault,
  type Guardrails,
  heldPointStates,
  notice,
  policyViolations,
  type Ref,
  refView,
  scopeViolations,
  type Violation,
  vaultViolations,
} from "@kluis/domain";
import { z } from "zod";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import { listPolicies, type PolicyRow, type PolicySight } from "../policies/read.ts";
import { listTeams } from "../teams/read.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { readGuardrails } from "./read.ts";

export interface Violating<T> {
  readonly of: T;
  readonly violations: readonly Violation[];
}

export interface GuardrailViolations {
  readonly policies: readonly Violating<PolicyRow>[];
  readonly vaults: readonly Violating<Ref>[];
  readonly teams: readonly Violating<Ref>[];
}

/** What a reader sees: their policies, their teams (missing: all), and vaults. */
export interface ViolationSight {
  readonly policies: PolicySight;
  readonly teamIds?: readonly string[] | undefined;
  readonly vaults: boolean;
}

export const wholeSight: ViolationSight = { policies: "all", vaults: true };

/** Judges everything that is in sight by these guardrails, which need not be the present ones. */
export async function listViolations(
  tx: Tx,
  guardrails: Guardrails,
  sight: ViolationSight,
): Promise<GuardrailViolations> {
  const policies = await listPolicies(tx, sight.policies);
  const vaults = sight.vaults ? await listGuardedVaults(tx) : [];
  const teams = await listTeams(tx, sight.teamIds);
  return {
    policies: violating(policies, (policy) => policyViolations(policy.current.document, guardrails)),
    vaults: violating(vaults, (vault) => vaultViolations(vault, guardrails)),
    teams: violating(teams, ({ reach }) => scopeViolations(reach, guardrails)),
  };
}

function violating<T>(all: readonly T[], judge: (one: T) => readonly Violation[]): Violating<T>[] {
  return all.map((of) => ({ of, violations: judge(of) })).filter(({ violations }) => violations.length > 0);
}

const vaultRow = refView.extend({
  region: z.string().nullable(),
  hasProvenRecoveryKey: z.boolean(),
  hasKeyVaultKey: z.boolean(),
});

/** The vaults that are in use, or still hold points: both are bound. */
async function listGuardedVaults(tx: Tx): Promise<(Ref & GuardedVault)[]> {
  const rows = await tx.$queryRaw`
    SELECT v.id::text, v.name, v.region,
      EXISTS (SELECT FROM "VaultKey" k WHERE k."vaultId" = v.id AND k.kind IN ('recovery', 'shares')
        AND k."provenAt" IS NOT NULL) AS "hasProvenRecoveryKey",
      EXISTS (SELECT FROM "VaultKey" k WHERE k."vaultId" = v.id AND k.kind = 'key-vault') AS "hasKeyVaultKey"
    FROM "Vault" v
    WHERE v.state = 'enabled' OR EXISTS (
      SELECT FROM "RecoveryPoint" p WHERE p."vaultId" = v.id AND p.state IN (${wordsSql(heldPointStates)}))
    ORDER BY v.name`;
  return vaultRow.array().parse(rows);
}

/** A vault as guardrails see it; null when there is none, or it is neither in use nor holds points. */
export async function findGuardedVault(tx: Tx, id: string): Promise<GuardedVault | null> {
  return (await listGuardedVaults(tx)).find((vault) => vault.id === id) ?? null;
}

const attentionKey = "guardrail:violations";

/**
 * Tells owners about what does not keep the guardrails, or that all does again. Call it last in the transaction that changed one of
 * them, as `appendEvents`.
 */
export async function noteViolations(tx: Tx): Promise<void> {
  const guardrails = await readGuardrails(tx);
  const { policies, vaults, teams } = await listViolations(tx, guardrails, wholeSight);
  if (policies.length + vaults.length + teams.length === 0) {
    await clearAttention(tx, attentionKey);
    return;
  }
  const counts = { policies: policies.length, vaults: vaults.length, teams: teams.length };
  await raiseAttention(tx, {
    key: attentionKey,
    kind: "guardrail",
    notice: notice("guardrails-not-kept", counts),
  });
}
