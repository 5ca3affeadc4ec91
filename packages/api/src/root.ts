/** The whole API: composes the procedures of every noun. */
import { accessProcedures } from "./access/procedures.ts";
import { approvalProcedures } from "./approvals/procedures.ts";
import { exclusionProcedures, ruleProcedures } from "./assignment-rules/procedures.ts";
import { auditProcedures } from "./audit/procedures.ts";
import { backupProcedures } from "./backup/procedures.ts";
import { bulkProcedures } from "./bulk/procedures.ts";
import { claimProcedures } from "./claim/procedures.ts";
import { type SecondPersonAnswer, secondPersonAnswers } from "./configuration/answers.ts";
import { connectionProcedures } from "./connections/procedures.ts";
import { directoryProcedures } from "./directory/procedures.ts";
import { guardrailProcedures } from "./guardrails/procedures.ts";
import { settingsProcedures } from "./health/procedures.ts";
import { jobProcedures } from "./jobs/procedures.ts";
import { meProcedures } from "./me/procedures.ts";
import { overviewProcedures } from "./overview/procedures.ts";
import { peopleProcedures } from "./people/procedures.ts";
import { pointProcedures } from "./points/procedures.ts";
import { policyProcedures } from "./policies/procedures.ts";
import { createCallerFactory, router } from "./procedures.ts";
import { protectionProcedures } from "./protection/procedures.ts";
import { reportProcedures } from "./reports/procedures.ts";
import { restoreProcedures } from "./restores/procedures.ts";
import { roleProcedures } from "./roles/procedures.ts";
import { teamProcedures } from "./teams/procedures.ts";
import { tokenProcedures } from "./tokens/procedures.ts";
import { vaultKeyProcedures } from "./vault-keys/procedures.ts";
import { vaultProcedures } from "./vaults/procedures.ts";
import { vmProcedures } from "./vms/procedures.ts";

export const appRouter = router({
  me: meProcedures,
  overview: overviewProcedures,
  vms: vmProcedures,
  protection: protectionProcedures,
  approvals: approvalProcedures,
  backup: backupProcedures,
  bulk: bulkProcedures,
  jobs: jobProcedures,
  points: pointProcedures,
  policies: policyProcedures,
  rules: ruleProcedures,
  exclusions: exclusionProcedures,
  guardrails: guardrailProcedures,
  restores: restoreProcedures,
  reports: reportProcedures,
  audit: auditProcedures,
  tokens: tokenProcedures,
  claim: claimProcedures,
  teams: teamProcedures,
  roles: roleProcedures,
  access: accessProcedures,
  people: peopleProcedures,
  directory: directoryProcedures,
  settings: settingsProcedures,
  connections: connectionProcedures,
  vaults: vaultProcedures,
  vaultKeys: vaultKeyProcedures,
});

export type AppRouter = typeof appRouter;

type Nouns = AppRouter["_def"]["record"];
type MutationsOf<Noun extends keyof Nouns> = {
  [Verb in keyof Nouns[Noun] & string]: Nouns[Noun][Verb] extends { _def: { type: "mutation" } }
    ? `${Noun}.${Verb}`
    : never;
}[keyof Nouns[Noun] & string];
type Mutation = { [Noun in keyof Nouns]: MutationsOf<Noun> }[keyof Nouns];

/** What every procedure that changes something needs a second person for: a new one without an answer does not compile. */
export const answersOfMutations: Readonly<Record<Mutation, SecondPersonAnswer>> = secondPersonAnswers;

export const createCaller = createCallerFactory(appRouter);
