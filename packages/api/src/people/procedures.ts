import { procedure } from "../procedures.ts";
import { tokenView } from "../tokens/view.ts";
import {
  disableInput,
  linkInput,
  listPeopleInput,
  personInput,
  personTokenInput,
  sessionInput,
} from "./inputs.ts";
import {
  disable,
  enable,
  endSession,
  getPerson,
  link,
  listPeople,
  revokePersonToken,
  signOutPerson,
  unlink,
} from "./service.ts";
import { changedPersonView, endedView, peoplePageView, personDetailView } from "./view.ts";

export const peopleProcedures = {
  /** Every user for owners; the members of their teams for a team's administrator. */
  list: procedure
    .requires("team:manage")
    .input(listPeopleInput)
    .output(peoplePageView)
    .query(({ ctx, input }) => listPeople(ctx, input)),

  /** One user with roles, sessions and tokens. */
  get: procedure
    .requires("team:manage")
    .input(personInput)
    .output(personDetailView)
    .query(({ ctx, input }) => getPerson(ctx, input.person)),

  /** Sessions and tokens end at once. */
  disable: procedure
    .requires("platform:manage")
    .input(disableInput)
    .output(changedPersonView)
    .mutation(({ ctx, input }) => disable(ctx, input)),

  enable: procedure
    .requires("platform:manage")
    .input(personInput)
    .output(changedPersonView)
    .mutation(({ ctx, input }) => enable(ctx, input.person)),

  /** Records that two accounts belong to one human. */
  link: procedure
    .requires("platform:manage")
    .input(linkInput)
    .output(changedPersonView)
    .mutation(({ ctx, input }) => link(ctx, input)),

  unlink: procedure
    .requires("platform:manage")
    .input(personInput)
    .output(changedPersonView)
    .mutation(({ ctx, input }) => unlink(ctx, input.person)),

  endSession: procedure
    .requires("team:manage")
    .input(sessionInput)
    .output(endedView)
    .mutation(({ ctx, input }) => endSession(ctx, input.session)),

  /** Ends every session of a user. */
  signOut: procedure
    .requires("team:manage")
    .input(personInput)
    .output(endedView)
    .mutation(({ ctx, input }) => signOutPerson(ctx, input.person)),

  revokeToken: procedure
    .requires("team:manage")
    .input(personTokenInput)
    .output(tokenView)
    .mutation(({ ctx, input }) => revokePersonToken(ctx, input)),
};
