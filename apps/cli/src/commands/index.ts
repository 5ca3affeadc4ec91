/** Every command, in the order and under the headings of `kluis --help`. */
import type { Catalog, Command, CommandGroup } from "../command.ts";
import { sessionsEnd, sessionsList, tokensList, tokensRevoke, whoami } from "./account.ts";
import { approvalsList, approvalsReject, approvalsShow, approvalsWithdraw } from "./approvals.ts";
import { attention } from "./attention.ts";
import { auditList, auditVerify } from "./audit.ts";
import { backup } from "./backups.ts";
import { bulkCancel, bulkList, bulkShow, bulkStart } from "./bulk.ts";
import { defineCompletion } from "./completion.ts";
import {
  connectionsAdd,
  connectionsDisable,
  connectionsEdit,
  connectionsEnable,
  connectionsList,
  connectionsRemove,
  connectionsRotate,
  connectionsTest,
} from "./connections.ts";
import { directoryGroups, directoryShow, directorySync } from "./directory.ts";
import { download } from "./downloads.ts";
import { exclusionsAdd, exclusionsEnd, exclusionsList } from "./exclusions.ts";
import { guardrailsCheck, guardrailsHistory, guardrailsSet, guardrailsShow } from "./guardrails.ts";
import { health } from "./health.ts";
import { cancel, job, jobs } from "./jobs.ts";
import {
  accessExplain,
  peopleDisable,
  peopleEnable,
  peopleLink,
  peopleList,
  peopleRevokeToken,
  peopleShow,
  peopleSignOut,
  peopleUnlink,
} from "./people.ts";
import { pinPoint, undeletePoint, unpinPoint } from "./point-holds.ts";
import { deletePoint, point, points, verify } from "./points.ts";
import { policies } from "./policies.ts";
import { policyBandwidth } from "./policy-bandwidth.ts";
import {
  policiesCreate,
  policiesDuplicate,
  policiesEdit,
  policiesRename,
  policiesRetire,
} from "./policy-edits.ts";
import { policyVerification } from "./policy-verification.ts";
import { policyVersions } from "./policy-versions.ts";
import { allowLists, protect, unprotect } from "./protection.ts";
import { reportPoints } from "./reports.ts";
import { restoreDisk } from "./restores.ts";
import { rolesCreate, rolesEdit, rolesList, rolesRemove } from "./roles.ts";
import { rulesCreate, rulesDelete, rulesEdit, rulesList, rulesPreview, rulesShow } from "./rules.ts";
import { policyScripts, scripts } from "./scripts.ts";
import { secretsReseal } from "./secrets.ts";
import {
  teamsAddMember,
  teamsAddScope,
  teamsCreate,
  teamsList,
  teamsRemove,
  teamsRemoveMember,
  teamsRemoveScope,
  teamsRename,
  teamsShow,
} from "./teams.ts";
import { transferWindow } from "./transfer-window.ts";
import { vaultFamily, vaultGroup } from "./vault/index.ts";
import { vaultsCopy } from "./vault-copies.ts";
import { vaultsDamage } from "./vault-damage.ts";
import { vaultsShow } from "./vault-figures.ts";
import {
  keysAddFile,
  keysAddKeyVault,
  keysAddRecovery,
  keysAddShares,
  keysList,
  keysProveRecovery,
  keysRemove,
  keysRotate,
} from "./vault-keys.ts";
import { vaultsCollect } from "./vault-space.ts";
import {
  vaultsAdd,
  vaultsDefault,
  vaultsDisable,
  vaultsEnable,
  vaultsList,
  vaultsRemove,
  vaultsRename,
  vaultsRotate,
  vaultsSet,
  vaultsTest,
} from "./vaults.ts";
import { vaultsCheck, vaultsReconcile } from "./vaults-truth.ts";
import { vm, vms } from "./vms.ts";

const completion = defineCompletion(() => catalog);

export const commandGroups: readonly CommandGroup[] = [
  {
    heading: "Protect and back up",
    commands: [
      vms,
      vm,
      policies,
      policiesCreate,
      policiesEdit,
      policiesRename,
      policiesDuplicate,
      policiesRetire,
      policyVersions,
      transferWindow,
      policyBandwidth,
      policyVerification,
      policyScripts,
      scripts,
      protect,
      unprotect,
      allowLists,
      backup,
    ],
  },
  { heading: "Many virtual machines", commands: [bulkStart, bulkList, bulkShow, bulkCancel] },
  { heading: "Restore", commands: [points, point, download, restoreDisk, verify] },
  { heading: "Recovery points", commands: [deletePoint, undeletePoint, pinPoint, unpinPoint] },
  {
    heading: "Approvals",
    commands: [approvalsList, approvalsShow, approvalsReject, approvalsWithdraw],
  },
  { heading: "Jobs", commands: [jobs, job, cancel] },
  { heading: "Audit", commands: [reportPoints, auditList, auditVerify] },
  {
    heading: "Connections to Azure",
    commands: [
      connectionsList,
      connectionsAdd,
      connectionsTest,
      connectionsEdit,
      connectionsEnable,
      connectionsDisable,
      connectionsRotate,
      connectionsRemove,
    ],
  },
  {
    heading: "Vaults",
    commands: [
      vaultsList,
      vaultsShow,
      vaultsCollect,
      vaultsAdd,
      vaultsTest,
      vaultsCheck,
      vaultsReconcile,
      vaultsDamage,
      vaultsEnable,
      vaultsDisable,
      vaultsDefault,
      vaultsSet,
      vaultsCopy,
      vaultsRename,
      vaultsRotate,
      vaultsRemove,
      keysList,
      keysAddRecovery,
      keysProveRecovery,
      keysAddShares,
      keysAddKeyVault,
      keysAddFile,
      keysRemove,
      keysRotate,
    ],
  },
  {
    heading: "Teams and rights",
    commands: [
      teamsList,
      teamsShow,
      teamsCreate,
      teamsRename,
      teamsRemove,
      teamsAddScope,
      teamsRemoveScope,
      teamsAddMember,
      teamsRemoveMember,
      rolesList,
      rolesCreate,
      rolesEdit,
      rolesRemove,
      peopleList,
      peopleShow,
      peopleDisable,
      peopleEnable,
      peopleSignOut,
      peopleRevokeToken,
      peopleLink,
      peopleUnlink,
      accessExplain,
      tokensList,
      tokensRevoke,
      sessionsList,
      sessionsEnd,
    ],
  },
  {
    heading: "Assignment rules",
    commands: [
      rulesList,
      rulesShow,
      rulesCreate,
      rulesEdit,
      rulesDelete,
      rulesPreview,
      exclusionsList,
      exclusionsAdd,
      exclusionsEnd,
    ],
  },
  { heading: "Directory", commands: [directoryShow, directorySync, directoryGroups] },
  {
    heading: "Guardrails",
    commands: [guardrailsShow, guardrailsCheck, guardrailsHistory, guardrailsSet],
  },
  vaultGroup,
  { heading: "This installation", commands: [attention, health, whoami, completion, secretsReseal] },
];

export const commands: readonly Command[] = commandGroups.flatMap((group) => group.commands);

/** The first words of commands with two. */
export const families: Readonly<Record<string, string>> = {
  policies: "Manage policies",
  bulk: "Do one thing to many virtual machines",
  approvals: "Follow, reject and withdraw requests for a second person",
  report: "Write reports for auditors",
  audit: "Read and verify the audit ledger",
  connections: "Manage the connections to Azure",
  vaults: "Manage the vaults",
  keys: "Manage the keys that open a vault",
  teams: "Manage teams, their scopes and members",
  roles: "Manage custom roles",
  directory: "See and read the accounts and groups of the directory",
  people: "See users, and end their access",
  access: "Explain who may do what",
  tokens: "See and revoke your API tokens",
  sessions: "See and end your sessions in the portal",
  rules: "Manage the rules that protect new VMs by tag",
  exclusions: "Keep VMs away from assignment rules",
  guardrails: "See and set the limits that bind every team",
  ...vaultFamily,
  secrets: "Manage the stored secrets",
};

export const catalog: Catalog = { groups: commandGroups, families };
