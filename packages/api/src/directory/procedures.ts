import { procedure } from "../procedures.ts";
import { searchGroupsInput } from "./inputs.ts";
import { describeDirectory, readDirectoryNow, searchGroups } from "./service.ts";
import { directoryGroupsView, directoryReadView, directoryView } from "./view.ts";

export const directoryProcedures = {
  /** When accounts and groups were read from the directory, what failed, and what it needs. */
  get: procedure
    .requires("platform:manage")
    .output(directoryView)
    .query(({ ctx }) => describeDirectory(ctx)),

  /** Reads accounts and groups from the directory now. */
  sync: procedure
    .requires("platform:manage")
    .output(directoryReadView)
    .mutation(({ ctx }) => readDirectoryNow(ctx)),

  /** Groups of the directory by the beginning of their name, for users who give roles. */
  groups: procedure
    .requires("team:manage")
    .input(searchGroupsInput)
    .output(directoryGroupsView)
    .query(({ ctx, input }) => searchGroups(ctx, input.search)),
};
