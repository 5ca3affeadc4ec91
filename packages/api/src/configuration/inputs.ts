/** The inputs of all changes of configuration, and what a request stores of them. */
import { type ChangeKind, changeKinds } from "@kluis/domain";
import { z } from "zod";
import { approvalReason, requestFields } from "../approvals/inputs.ts";
import {
  addConnectionInput,
  type CredentialInput,
  connectionInput,
  rotateConnectionInput,
  updateConnectionInput,
} from "../connections/inputs.ts";
import { updateGuardrailsInput } from "../guardrails/inputs.ts";
import { linkInput, personInput } from "../people/inputs.ts";
import { createRoleInput, removeRoleInput, updateRoleInput } from "../roles/inputs.ts";
import {
  addMemberInput,
  addScopeInput,
  createTeamInput,
  removeMemberInput,
  removeScopeInput,
  removeTeamInput,
  renameTeamInput,
} from "../teams/inputs.ts";
import {
  addKeyFileInput,
  addKeyVaultInput,
  addRecoveryKeyInput,
  addSharesInput,
  removeKeyInput,
  vaultKeysInput,
} from "../vault-keys/inputs.ts";
import {
  addVaultInput,
  configureVaultInput,
  publicPartOf,
  rotateVaultInput,
  updateVaultInput,
  vaultCopyInput,
  vaultInput,
} from "../vaults/inputs.ts";

export const changeInputs = {
  "vaults.add": addVaultInput,
  "vaults.update": updateVaultInput,
  "vaults.configure": configureVaultInput,
  "vaults.setCopy": vaultCopyInput,
  "vaults.rotate": rotateVaultInput,
  "vaults.adopt": vaultInput,
  "vaults.enable": vaultInput,
  "vaults.disable": vaultInput,
  "vaults.makeDefault": vaultInput,
  "vaults.remove": vaultInput,
  "vaultKeys.addRecovery": addRecoveryKeyInput,
  "vaultKeys.addShares": addSharesInput,
  "vaultKeys.addFile": addKeyFileInput,
  "vaultKeys.addKeyVault": addKeyVaultInput,
  "vaultKeys.remove": removeKeyInput,
  "vaultKeys.rotate": vaultKeysInput,
  "connections.add": addConnectionInput,
  "connections.update": updateConnectionInput,
  "connections.rotate": rotateConnectionInput,
  "connections.enable": connectionInput,
  "connections.disable": connectionInput,
  "connections.remove": connectionInput,
  "guardrails.update": updateGuardrailsInput,
  "roles.create": createRoleInput,
  "roles.update": updateRoleInput,
  "roles.remove": removeRoleInput,
  "teams.create": createTeamInput,
  "teams.rename": renameTeamInput,
  "teams.remove": removeTeamInput,
  "teams.addScope": addScopeInput,
  "teams.removeScope": removeScopeInput,
  "teams.addMember": addMemberInput,
  "teams.removeMember": removeMemberInput,
  "people.enable": personInput,
  "people.link": linkInput,
  "people.unlink": personInput,
} as const satisfies Readonly<Record<ChangeKind, z.ZodType<object>>>;

/** What a request stores of an input: everything except secrets, of a connection string its address. @throws ZodError */
export function storedInput(kind: ChangeKind, input: unknown): object {
  if (kind === "vaults.add") {
    const { place, ...rest } = addVaultInput.parse(input);
    return { ...rest, place: place.kind === "folder" ? place : withoutKeys(place) };
  }
  if (kind === "vaults.rotate") return withoutKeys(rotateVaultInput.parse(input));
  if (kind === "connections.add") {
    const { credential, ...rest } = addConnectionInput.parse(input);
    return { ...rest, credential: withoutSecret(credential) };
  }
  if (kind === "connections.rotate") {
    const { credential, ...rest } = rotateConnectionInput.parse(input);
    return { ...rest, credential: withoutSecret(credential) };
  }
  return changeInputs[kind].parse(input);
}

interface ConnectionStrings {
  readonly connectionString: string;
  readonly collectorConnectionString?: string | undefined;
  readonly readerConnectionString?: string | undefined;
}

function withoutKeys(given: ConnectionStrings): object {
  const { connectionString, collectorConnectionString: collector, readerConnectionString: reader } = given;
  return {
    ...given,
    connectionString: publicPartOf(connectionString),
    ...(collector !== undefined && { collectorConnectionString: publicPartOf(collector) }),
    ...(reader !== undefined && { readerConnectionString: publicPartOf(reader) }),
  };
}

function withoutSecret({ kind, clientId }: CredentialInput): object {
  return { kind, clientId };
}

/** A change of configuration with its input, as the procedure of this name takes it. */
export const requestChangeInput = z
  .strictObject({
    change: z.enum(changeKinds),
    input: z.record(z.string(), z.unknown()),
    reason: approvalReason,
    ...requestFields,
  })
  .superRefine(({ change, input }, context) => {
    for (const { path, message } of changeInputs[change].safeParse(input).error?.issues ?? [])
      context.addIssue({ code: "custom", path: ["input", ...path], message });
  });
export type RequestChangeInput = z.infer<typeof requestChangeInput>;
