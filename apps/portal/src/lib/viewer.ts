import type { MeView } from "@kluis/api/types";
import type { Permission } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";

/** The signed-in user as pages know them. */
export type Viewer = MeView;
export type HeldRole = MeView["roles"][number];

/** The name of a role: a built-in one in the user's language, a custom one as its team named it. */
export function roleName({ role, custom }: Pick<HeldRole, "role" | "custom">, t: Texts<"shell">): string {
  return role === null ? (custom?.name ?? "") : t(`roles.${role}`);
}

/** `Backup admin · Commerce`, `Owner · Whole organization`; the strongest first, as the server returns them. */
export function describeRoles(roles: readonly HeldRole[], t: Texts<"shell">): string {
  const [first, ...rest] = roles;
  if (first === undefined) return t("noRoleShort");
  const scope = first.team?.name ?? t("wholeOrganization");
  const head = t("rolesInScope", { role: roleName(first, t), scope });
  return rest.length === 0 ? head : t("moreRoles", { roles: head, count: rest.length });
}

/** Whether the user holds the permission anywhere. Pages use it to explain; the server decides, per VM. */
export function may(viewer: Pick<Viewer, "permissions">, permission: Permission): boolean {
  return permission === "self" || viewer.permissions.includes(permission);
}

/** `Olivia Owner` → `OO`; one word gives its first two letters. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter(Boolean);
  const first = words[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (last === "" ? first.slice(0, 2) : `${first.charAt(0)}${last.charAt(0)}`).toUpperCase();
}
