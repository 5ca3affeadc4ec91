import { memberView, teamView } from "@kluis/db";
import { procedure } from "../procedures.ts";
import {
  addMemberInput,
  addScopeInput,
  createTeamInput,
  previewScopesInput,
  removeMemberInput,
  removeScopeInput,
  removeTeamInput,
  renameTeamInput,
  teamInput,
} from "./inputs.ts";
import { addMember, describeOrganisation, removeMember } from "./members.ts";
import {
  addScope,
  createTeam,
  getTeam,
  listTeams,
  previewScopes,
  removeScope,
  removeTeam,
  renameTeam,
} from "./service.ts";
import { changedTeamView, membersView, reachPreviewView, removedView, teamDetailView } from "./view.ts";

export const teamProcedures = {
  /** The user's teams; all teams for an organization-wide role. */
  list: procedure
    .requires("inventory:read")
    .output(teamView.array())
    .query(({ ctx }) => listTeams(ctx)),

  /** One team with its members, and what the user may change. */
  get: procedure
    .requires("inventory:read")
    .input(teamInput)
    .output(teamDetailView)
    .query(({ ctx, input }) => getTeam(ctx, input.team)),

  /** Who holds a role in the whole organization. */
  organization: procedure
    .requires("platform:manage")
    .output(membersView)
    .query(({ ctx }) => describeOrganisation(ctx)),

  create: procedure
    .requires("platform:manage")
    .input(createTeamInput)
    .output(changedTeamView)
    .mutation(({ ctx, input }) => createTeam(ctx, input.name)),

  rename: procedure
    .requires("platform:manage")
    .input(renameTeamInput)
    .output(changedTeamView)
    .mutation(({ ctx, input }) => renameTeam(ctx, input.team, input.name)),

  remove: procedure
    .requires("platform:manage")
    .input(removeTeamInput)
    .output(changedTeamView)
    .mutation(({ ctx, input }) => removeTeam(ctx, input)),

  /** The VMs that a change of scopes brings and takes. */
  previewScopes: procedure
    .requires("platform:manage")
    .input(previewScopesInput)
    .output(reachPreviewView)
    .query(({ ctx, input }) => previewScopes(ctx, input)),

  addScope: procedure
    .requires("platform:manage")
    .input(addScopeInput)
    .output(changedTeamView)
    .mutation(({ ctx, input }) => addScope(ctx, input)),

  removeScope: procedure
    .requires("platform:manage")
    .input(removeScopeInput)
    .output(changedTeamView)
    .mutation(({ ctx, input }) => removeScope(ctx, input)),

  /** Gives a role to a user or a group, in a team or in the organization. */
  addMember: procedure
    .requires("team:manage")
    .input(addMemberInput)
    .output(memberView)
    .mutation(({ ctx, input }) => addMember(ctx, input)),

  removeMember: procedure
    .requires("team:manage")
    .input(removeMemberInput)
    .output(removedView)
    .mutation(({ ctx, input }) => removeMember(ctx, input.member)),
};
