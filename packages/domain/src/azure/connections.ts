/** Closed lists about connections to Azure and vaults. Without schemas, so that pages get the words without a parser. */

/** How a connection authenticates to Azure. */
export const credentialKinds = ["secret", "certificate", "managed-identity", "workload-identity"] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** The clouds that a user may choose, with their endpoints. Other endpoints come from the environment only. */
export const azureClouds = ["public", "us-government", "china"] as const;
export type AzureCloud = (typeof azureClouds)[number];

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
export const cloudEndpoints: Readonly<
  Record<AzureCloud, { readonly authorityHost: string; readonly armUrl: string }>
> = {
  public: { authorityHost: "https://login.microsoftonline.com", armUrl: "https://management.azure.com" },
  "us-government": {
    authorityHost: "https://login.microsoftonline.us",
    armUrl: "https://management.usgovcloudapi.net",
  },
  china: {
    authorityHost: "https://login.partner.microsoftonline.cn",
    armUrl: "https://management.chinacloudapi.cn",
  },
};

/** https://learn.microsoft.com/graph/deployments#microsoft-graph-and-graph-explorer-service-root-endpoints */
const graphUrls: Readonly<Record<AzureCloud, string>> = {
  public: "https://graph.microsoft.com",
  "us-government": "https://graph.microsoft.us",
  china: "https://microsoftgraph.chinacloudapi.cn",
};

/** Where Microsoft Graph is in the cloud of this sign-in address; null for an address that no cloud has. */
export function graphUrlOf(authorityHost: string): string | null {
  const cloud = azureClouds.find((one) => cloudEndpoints[one].authorityHost === authorityHost);
  return cloud === undefined ? null : graphUrls[cloud];
}

/** The cloud of a connection; `other` when the environment names other endpoints. */
export const connectionClouds = [...azureClouds, "other"] as const;
export type ConnectionCloud = (typeof connectionClouds)[number];

/** The cloud with these endpoints. */
export function cloudOf(endpoints: {
  readonly authorityHost: string;
  readonly armUrl: string;
}): ConnectionCloud {
  const { authorityHost, armUrl } = endpoints;
  const isSame = (cloud: AzureCloud): boolean =>
    cloudEndpoints[cloud].authorityHost === authorityHost && cloudEndpoints[cloud].armUrl === armUrl;
  return azureClouds.find(isSame) ?? "other";
}

/** Whether a connection or a vault takes new work. */
export const switchStates = ["enabled", "disabled"] as const;
export type SwitchState = (typeof switchStates)[number];

/** Who decides about a connection or a vault: the environment of the engine, or users in the portal. */
export const settingSources = ["environment", "portal"] as const;
export type SettingSource = (typeof settingSources)[number];

/** What a test of a vault checks, in this order. */
export const vaultChecks = ["reach", "key", "write", "conditional", "read", "delete", "clock"] as const;
export type VaultCheck = (typeof vaultChecks)[number];
