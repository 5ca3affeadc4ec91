/** Changes of the directory at runtime: of accounts, groups, and what apps may read. The fixed directory is `directory.ts`. */
import { z } from "zod";
import { findTenant, type Tenant } from "./directory.ts";

const userChange = z.object({
  /** Makes an account with this name when none has the id. */
  name: z.string().min(1).optional(),
  /** Replaces the groups. */
  groups: z.array(z.string()).max(20_000).optional(),
  enabled: z.boolean().optional(),
  deleted: z.boolean().optional(),
});

const groupChange = z.object({
  /** Renames a group, or makes one. */
  name: z.string().min(1).optional(),
  deleted: z.boolean().optional(),
});

const perId = <T extends z.ZodType>(change: T) => z.record(z.string().toLowerCase(), change);

/** Ids are object ids. What a change does not name stays. */
export const directoryChangesSchema = z.object({
  users: perId(userChange).default({}),
  groups: perId(groupChange).default({}),
  /** Application permissions for Microsoft Graph, by the object id of the service principal. New tokens have them. */
  appPermissions: perId(z.array(z.string())).default({}),
  /** Whether id tokens name the groups of the user. */
  groupsClaim: z.boolean().optional(),
  /** Most entries of one page of a list: Graph may send fewer than was asked. */
  pageMost: z.number().int().min(1).optional(),
});
export type DirectoryChanges = z.output<typeof directoryChangesSchema>;
export type DirectoryChangesInput = z.input<typeof directoryChangesSchema>;

export const noChanges: DirectoryChanges = { users: {}, groups: {}, appPermissions: {} };

/** The changes of before with later ones on top. */
export function mergeChanges(before: DirectoryChanges, later: DirectoryChanges): DirectoryChanges {
  const merged = <T extends object>(a: Record<string, T>, b: Record<string, T>): Record<string, T> => ({
    ...a,
    ...Object.fromEntries(Object.entries(b).map(([id, change]) => [id, { ...a[id], ...change }])),
  });
  return {
    ...before,
    ...later,
    users: merged(before.users, later.users),
    groups: merged(before.groups, later.groups),
    appPermissions: { ...before.appPermissions, ...later.appPermissions },
  };
}

/** The tenant as it is now; as Entra, it is found by id or domain. Changes apply to the tenant whose account, group or app has the id. */
export function tenantNow(idOrDomain: string, changes: DirectoryChanges): Tenant | undefined {
  const tenant = findTenant(idOrDomain);
  return (
    tenant && {
      ...tenant,
      ...answersOf(changes),
      ...peopleNow(tenant, changes),
      apps: appsNow(tenant, changes),
    }
  );
}

function answersOf({ groupsClaim, pageMost }: DirectoryChanges): Pick<Tenant, "groupsClaim" | "pageMost"> {
  return { ...(groupsClaim !== undefined && { groupsClaim }), ...(pageMost !== undefined && { pageMost }) };
}

function appsNow({ apps }: Tenant, { appPermissions }: DirectoryChanges): Tenant["apps"] {
  return apps.map((app) => {
    const graph = appPermissions[app.principalId];
    return graph === undefined ? app : { ...app, graph };
  });
}

/** Made accounts and groups are those of the tenant that has others. */
function peopleNow(tenant: Tenant, changes: DirectoryChanges): Pick<Tenant, "users" | "groups"> {
  if (tenant.groups.length === 0) return tenant;
  const groups = new Map(tenant.groups.map((group) => [group.id, group]));
  for (const [id, { name, deleted }] of Object.entries(changes.groups)) {
    if (deleted === true) groups.delete(id);
    else if (name !== undefined) groups.set(id, { id, name });
  }
  const users = new Map(tenant.users.map((user) => [user.oid, user]));
  for (const [oid, { name, deleted, ...change }] of Object.entries(changes.users)) {
    const known = users.get(oid);
    if (deleted === true) users.delete(oid);
    else if (known !== undefined || name !== undefined) {
      const userName = `${oid}@${tenant.domain}`;
      const made = { oid, name: name ?? oid, userName, email: userName, title: "", groups: [] };
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      users.set(oid, { ...(known ?? made), ...(name !== undefined && { name }), ...given });
    }
  }
  const left = [...users.values()];
  return {
    groups: [...groups.values()],
    users: left.map((user) => ({ ...user, groups: user.groups.filter((id) => groups.has(id)) })),
  };
}
