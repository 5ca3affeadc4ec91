/** How each change of configuration is made. */
import type { ChangeKind, DirectChangeKind } from "@kluis/domain";
import type { z } from "zod";
import {
  addConnection,
  disableConnection,
  enableConnection,
  removeConnection,
  rotateConnection,
  updateConnection,
} from "../connections/service.ts";
import type { SignedInContext } from "../context.ts";
import { updateGuardrails } from "../guardrails/service.ts";
import { enable, link, unlink } from "../people/service.ts";
import { createRole, removeRole, updateRole } from "../roles/service.ts";
import { addMember, removeMember } from "../teams/members.ts";
import { addScope, createTeam, removeScope, removeTeam, renameTeam } from "../teams/service.ts";
import { setVaultCopy } from "../vaults/copies.ts";
import {
  addVault,
  adoptVault,
  configureVault,
  disableVault,
  enableVault,
  makeDefaultVault,
  removeVault,
  rotateVault,
  updateVault,
} from "../vaults/service.ts";
import { changeInputs as inputs } from "./inputs.ts";

/** Makes a change with a parsed input, in the open transaction of `ctx`. */
export type MakeChange = (ctx: SignedInContext, input: unknown) => Promise<unknown>;

function made<S extends z.ZodType>(
  schema: S,
  make: (ctx: SignedInContext, input: z.output<S>) => Promise<unknown>,
): MakeChange {
  return (ctx, input) => make(ctx, schema.parse(input));
}

/** Changes that need no secret. */
export const directChanges: Readonly<Record<DirectChangeKind, MakeChange>> = {
  "vaults.update": made(inputs["vaults.update"], updateVault),
  "vaults.configure": made(inputs["vaults.configure"], configureVault),
  "vaults.setCopy": made(inputs["vaults.setCopy"], setVaultCopy),
  "vaults.adopt": made(inputs["vaults.adopt"], (ctx, { vault }) => adoptVault(ctx, vault)),
  "vaults.enable": made(inputs["vaults.enable"], (ctx, { vault }) => enableVault(ctx, vault)),
  "vaults.disable": made(inputs["vaults.disable"], (ctx, { vault }) => disableVault(ctx, vault)),
  "vaults.makeDefault": made(inputs["vaults.makeDefault"], (ctx, { vault }) => makeDefaultVault(ctx, vault)),
  "vaults.remove": made(inputs["vaults.remove"], (ctx, { vault }) => removeVault(ctx, vault)),
  "connections.update": made(inputs["connections.update"], updateConnection),
  "connections.enable": made(inputs["connections.enable"], (ctx, { connection }) =>
    enableConnection(ctx, connection),
  ),
  "connections.disable": made(inputs["connections.disable"], (ctx, { connection }) =>
    disableConnection(ctx, connection),
  ),
  "connections.remove": made(inputs["connections.remove"], (ctx, { connection }) =>
    removeConnection(ctx, connection),
  ),
  "guardrails.update": made(inputs["guardrails.update"], updateGuardrails),
  "roles.create": made(inputs["roles.create"], createRole),
  "roles.update": made(inputs["roles.update"], updateRole),
  "roles.remove": made(inputs["roles.remove"], removeRole),
  "teams.create": made(inputs["teams.create"], (ctx, { name }) => createTeam(ctx, name)),
  "teams.rename": made(inputs["teams.rename"], (ctx, { team, name }) => renameTeam(ctx, team, name)),
  "teams.remove": made(inputs["teams.remove"], removeTeam),
  "teams.addScope": made(inputs["teams.addScope"], addScope),
  "teams.removeScope": made(inputs["teams.removeScope"], removeScope),
  "teams.addMember": made(inputs["teams.addMember"], addMember),
  "teams.removeMember": made(inputs["teams.removeMember"], (ctx, { member }) => removeMember(ctx, member)),
  "people.enable": made(inputs["people.enable"], (ctx, { person }) => enable(ctx, person)),
  "people.link": made(inputs["people.link"], link),
  "people.unlink": made(inputs["people.unlink"], (ctx, { person }) => unlink(ctx, person)),
};

/** Changes with a secret that one transaction makes: a request rehearses them, and their requester makes them. */
const secretChanges: ReadonlyMap<ChangeKind, MakeChange> = new Map<ChangeKind, MakeChange>([
  ["vaults.add", made(inputs["vaults.add"], addVault)],
  ["vaults.rotate", made(inputs["vaults.rotate"], rotateVault)],
  ["connections.add", made(inputs["connections.add"], addConnection)],
  ["connections.rotate", made(inputs["connections.rotate"], rotateConnection)],
]);

/** Null for a change that an engine makes. */
export function secretChange(kind: ChangeKind): MakeChange | null {
  return secretChanges.get(kind) ?? null;
}
