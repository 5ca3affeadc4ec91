import { roles, textLine } from "@kluis/domain";
import { z } from "zod";

/** A team by id, short name or name. */
export const teamRef = textLine.min(1).max(100);
const teamName = textLine.min(1).max(80);

export const teamInput = z.strictObject({ team: teamRef });
export const createTeamInput = z.strictObject({ name: teamName });
export const renameTeamInput = z.strictObject({ team: teamRef, name: teamName });
export const removeTeamInput = z.strictObject({
  team: teamRef,
  /** The team that gets its policies; null: they are offered to every team. Required while it has policies. */
  policiesTo: teamRef.nullable().optional(),
});
export type RemoveTeamInput = z.infer<typeof removeTeamInput>;

/** Azure's limits: a resource group has up to 90 characters, a tag's name 512 and its value 256. */
const scope = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("subscription"), subscriptionId: z.uuid() }),
  z.strictObject({
    kind: z.literal("resource-group"),
    subscriptionId: z.uuid(),
    resourceGroup: textLine.min(1).max(90),
  }),
  z.strictObject({
    kind: z.literal("tag"),
    tagName: textLine.min(1).max(512),
    tagValue: textLine.max(256),
  }),
]);
export const addScopeInput = z.strictObject({ team: teamRef, scope });
export type AddScopeInput = z.infer<typeof addScopeInput>;
export const removeScopeInput = z.strictObject({ team: teamRef, scope: z.uuid() });
export type RemoveScopeInput = z.infer<typeof removeScopeInput>;
export const previewScopesInput = z.strictObject({
  team: teamRef,
  add: scope.optional(),
  remove: z.uuid().optional(),
});
export type PreviewScopesInput = z.infer<typeof previewScopesInput>;

/** A built-in role, or a custom one by id or name. */
export const roleRef = z.union([z.enum(roles), textLine.min(1).max(80)]);
export const addMemberInput = z.strictObject({
  /** null: the whole organization. */
  team: teamRef.nullable(),
  role: roleRef,
  holder: z.discriminatedUnion("kind", [
    /** A user who has signed in, by id or user name. */
    z.strictObject({ kind: z.literal("person"), person: textLine.min(1).max(320) }),
    /** A group by its object id in the directory. */
    z.strictObject({
      kind: z.literal("group"),
      groupId: textLine.min(1).max(100),
      name: textLine.min(1).max(120).optional(),
    }),
  ]),
});
export type AddMemberInput = z.infer<typeof addMemberInput>;
/** A held role by the id of its assignment. */
export const removeMemberInput = z.strictObject({ member: z.uuid() });
