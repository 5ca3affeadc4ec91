/**
 * The tenants of the local Entra with their users, groups and apps. Ids are fixed, so that demos,
 * tests and screenshots agree. Nothing here is secret: client secrets are made per installation
 * (`secrets.ts`).
 */

export interface User {
  /** Object id: unique within the tenant, and never reused. */
  readonly oid: string;
  readonly name: string;
  readonly userName: string;
  readonly email: string;
  readonly title: string;
  readonly groups: readonly string[];
  /** A disabled account cannot sign in. Absent: it can. */
  readonly enabled?: boolean;
}

export interface Group {
  readonly id: string;
  readonly name: string;
}

export interface AppRegistration {
  readonly clientId: string;
  readonly name: string;
  /** Object id of the app's service principal in the tenant; role assignments name it. */
  readonly principalId: string;
  /** `web` apps sign users in; `daemon` apps get tokens for themselves only. */
  readonly kind: "web" | "daemon";
  /** Its entry in the installation's secrets; null for a managed identity. */
  readonly secretName: SecretName | null;
  /** Application permissions for Microsoft Graph. Absent: none. */
  readonly graph?: readonly string[];
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly apps: readonly AppRegistration[];
  /** Whether id tokens name the groups of the user. Absent: they do. */
  readonly groupsClaim?: boolean;
  /** Most entries of one page of Graph's lists. Absent: as many as are asked. */
  readonly pageMost?: number;
}

export type SecretName = "portal" | "engine" | "fabrikamEngine" | "owner";

export const CONTOSO_TENANT_ID = "7c3f9b52-4a1e-4c0d-9f27-5d1b6e80a001";
export const FABRIKAM_TENANT_ID = "2b8e61d4-93f7-4e5a-8c16-0f4a7d92b002";

export const PORTAL_CLIENT_ID = "51d0f3a8-6b2c-4f19-8e74-c3a95b7d1001";
export const ENGINE_CLIENT_ID = "8ea47c16-05d9-4b3f-a2e8-619f0c7d1002";
export const ENGINE_PRINCIPAL_ID = "d46b9e05-7f31-4c28-b5a0-8e2c1f6d2002";
/** The identity of the metadata endpoint, as of a VM with a system-assigned identity. */
export const MANAGED_IDENTITY_CLIENT_ID = "f2917d3b-c8a4-4e60-97b5-3d0e8a6c1003";
export const MANAGED_IDENTITY_PRINCIPAL_ID = "0a5c8f72-1e9d-4b46-83f7-b49d2e6a2003";
/** An operator's app with the Owner role: one client id and secret in both tenants. */
export const OWNER_CLIENT_ID = "6d8b3f20-94ae-4c57-b1e6-20c7f5a91005";
export const OWNER_PRINCIPAL_ID = "e19a6c43-2d87-4f05-9b38-7a40d6c52005";
const FABRIKAM_OWNER_PRINCIPAL_ID = "5c72e8d1-b06f-4a94-8d23-f18e39b62006";
export const FABRIKAM_ENGINE_CLIENT_ID = "c07e5d9a-2f48-4a13-b6d1-75e93f8b1004";
export const FABRIKAM_ENGINE_PRINCIPAL_ID = "93b1f6e8-d05a-4c72-a94e-1c8d7f3b2004";

export const groups = {
  owners: { id: "a1f0c3d2-5e47-4b89-9c60-2d7e8f1a3001", name: "kluis-owners" },
  auditors: { id: "a1f0c3d2-5e47-4b89-9c60-2d7e8f1a3002", name: "kluis-auditors" },
  commerceAdmins: { id: "a1f0c3d2-5e47-4b89-9c60-2d7e8f1a3003", name: "kluis-commerce-admins" },
  commerceOperators: { id: "a1f0c3d2-5e47-4b89-9c60-2d7e8f1a3004", name: "kluis-commerce-operators" },
  platformReaders: { id: "a1f0c3d2-5e47-4b89-9c60-2d7e8f1a3005", name: "kluis-platform-readers" },
} as const satisfies Record<string, Group>;

function contosoUser(number: number, name: string, { title, group }: { title: string; group: Group }): User {
  const userName = `${name.split(" ")[0]?.toLowerCase()}@contoso.example`;
  const oid = `b7d2e9f4-31c8-4a56-8e0b-6f9a1c2d${number}`;
  return { oid, name, userName, email: userName, title, groups: [group.id] };
}

const titles = {
  owner: "Owner of the organization",
  admin: "Backup administrator, team Commerce",
  operator: "Operator, team Commerce",
  reader: "Reader, team Platform",
  auditor: "Auditor of the organization",
};

/** What Kluis needs to read groups and accounts. */
const readsGroups = ["GroupMember.Read.All", "User.Read.All"];

export const users = {
  olivia: contosoUser(4001, "Olivia Owner", { title: titles.owner, group: groups.owners }),
  bram: contosoUser(4002, "Bram Backup-Admin", { title: titles.admin, group: groups.commerceAdmins }),
  omar: contosoUser(4003, "Omar Operator", { title: titles.operator, group: groups.commerceOperators }),
  rosa: contosoUser(4004, "Rosa Reader", { title: titles.reader, group: groups.platformReaders }),
  ada: contosoUser(4005, "Ada Auditor", { title: titles.auditor, group: groups.auditors }),
  otto: contosoUser(4006, "Otto Owner", { title: titles.owner, group: groups.owners }),
} as const satisfies Record<string, User>;

export const tenants: readonly Tenant[] = [
  {
    id: CONTOSO_TENANT_ID,
    name: "Contoso",
    domain: "contoso.example",
    users: Object.values(users),
    groups: Object.values(groups),
    apps: [
      {
        clientId: PORTAL_CLIENT_ID,
        name: "Kluis portal",
        principalId: "e58c2a97-4d60-4f1b-90e3-7b1d8c5f2001",
        kind: "web",
        secretName: "portal",
        graph: readsGroups,
      },
      {
        clientId: ENGINE_CLIENT_ID,
        name: "Kluis engine",
        principalId: ENGINE_PRINCIPAL_ID,
        kind: "daemon",
        secretName: "engine",
        graph: readsGroups,
      },
      {
        clientId: OWNER_CLIENT_ID,
        name: "Contoso operations",
        principalId: OWNER_PRINCIPAL_ID,
        kind: "daemon",
        secretName: "owner",
        graph: ["Directory.Read.All"],
      },
      {
        clientId: MANAGED_IDENTITY_CLIENT_ID,
        name: "kluis-engine-vm (managed identity)",
        principalId: MANAGED_IDENTITY_PRINCIPAL_ID,
        kind: "daemon",
        secretName: null,
        graph: readsGroups,
      },
    ],
  },
  {
    id: FABRIKAM_TENANT_ID,
    name: "Fabrikam",
    domain: "fabrikam.example",
    users: [
      {
        oid: "b7d2e9f4-31c8-4a56-8e0b-6f9a1c2d4901",
        name: "Finn Foreign",
        userName: "finn@fabrikam.example",
        email: "finn@fabrikam.example",
        title: "User of another organization",
        groups: [],
      },
    ],
    groups: [],
    apps: [
      {
        clientId: FABRIKAM_ENGINE_CLIENT_ID,
        name: "Fabrikam backup",
        principalId: FABRIKAM_ENGINE_PRINCIPAL_ID,
        kind: "daemon",
        secretName: "fabrikamEngine",
      },
      {
        clientId: OWNER_CLIENT_ID,
        name: "Contoso operations",
        principalId: FABRIKAM_OWNER_PRINCIPAL_ID,
        kind: "daemon",
        secretName: "owner",
        graph: ["Directory.Read.All"],
      },
    ],
  },
];

/** Client ids by the names that the installation's secrets have. */
export const clientIds: Readonly<Record<SecretName, string>> = {
  portal: PORTAL_CLIENT_ID,
  engine: ENGINE_CLIENT_ID,
  fabrikamEngine: FABRIKAM_ENGINE_CLIENT_ID,
  owner: OWNER_CLIENT_ID,
};

/** The object id of the Owner app in a tenant, if it is one of these. */
export function ownerPrincipalOf(tenantId: string): string | undefined {
  return findTenant(tenantId)?.apps.find((app) => app.clientId === OWNER_CLIENT_ID)?.principalId;
}

/** A user, group or app of a tenant by object id. */
export function findPrincipal(
  tenantId: string,
  objectId: string,
): { type: "User" | "Group" | "ServicePrincipal"; name: string } | undefined {
  const tenant = findTenant(tenantId);
  const wanted = objectId.toLowerCase();
  const user = tenant?.users.find(({ oid }) => oid === wanted);
  if (user) return { type: "User", name: user.userName };
  const group = tenant?.groups.find(({ id }) => id === wanted);
  if (group) return { type: "Group", name: group.name };
  const app = tenant?.apps.find(({ principalId }) => principalId === wanted);
  return app && { type: "ServicePrincipal", name: app.name };
}

/** The groups of a user; none for an app. */
export function groupsOf({ tid, oid }: { tid: string; oid: string }): readonly string[] {
  return findTenant(tid)?.users.find((user) => user.oid === oid.toLowerCase())?.groups ?? [];
}

/** Finds a tenant by id or domain, in any letter case as Entra does. */
export function findTenant(idOrDomain: string): Tenant | undefined {
  const wanted = idOrDomain.toLowerCase();
  return tenants.find((tenant) => tenant.id === wanted || tenant.domain === wanted);
}

export function findApp(tenant: Tenant, clientId: string): AppRegistration | undefined {
  return tenant.apps.find((app) => app.clientId === clientId.toLowerCase());
}
