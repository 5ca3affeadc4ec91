/** Outcomes of failures of sign-in, permissions, subscriptions and limits. */
import { type Outcome, setup, triesAgain } from "./outcome.ts";

export const identityOutcomes = {
  // Sign-in
  "sign-in": {
    code: "AZURE_AUTH_FAILED",
    reason: "connection",
    retry: "never",
    action: "Check the tenant, client ID and credential of the connection against what Entra reports.",
  },
  "secret-wrong": {
    code: "AZURE_AUTH_FAILED",
    reason: "secret-wrong",
    retry: "never",
    action: "Enter the value of the client secret, not its ID, in the connection or its secret file.",
  },
  "secret-expired": {
    code: "AZURE_AUTH_FAILED",
    reason: "secret-expired",
    retry: "never",
    action:
      "Create a new client secret for the app registration, and enter it in the connection or its secret file.",
  },
  "app-unknown": {
    code: "AZURE_AUTH_FAILED",
    reason: "app-unknown",
    retry: "never",
    action: "Check the client ID, and that the app registration has a service principal in this tenant.",
  },
  "app-disabled": {
    code: "AZURE_AUTH_FAILED",
    reason: "app-disabled",
    retry: "never",
    action: "Enable sign-in for the enterprise application in Entra.",
  },
  "tenant-unknown": {
    code: "AZURE_AUTH_FAILED",
    reason: "tenant-unknown",
    retry: "never",
    action: "Check the tenant ID and the cloud of the connection.",
  },
  "tenant-blocked": {
    code: "AZURE_AUTH_FAILED",
    reason: "tenant-blocked",
    retry: "never",
    action: "The administrator of the tenant must reactivate it.",
  },
  "conditional-access": {
    code: "AZURE_AUTH_FAILED",
    reason: "conditional-access",
    retry: "never",
    action: "Allow this workload identity in the tenant's conditional access policies.",
  },
  consent: {
    code: "AZURE_AUTH_FAILED",
    reason: "consent",
    retry: "never",
    action: "An administrator of the tenant must consent to the app's access to Azure.",
  },
  clock: {
    code: "AZURE_AUTH_FAILED",
    reason: "clock",
    retry: "bounded",
    action: "Synchronize the clock of the machine that runs Kluis.",
  },
  assertion: {
    code: "AZURE_AUTH_FAILED",
    reason: "assertion",
    retry: "never",
    action: "Compare issuer, subject and audience of the federated credential with those of the token file.",
  },
  "no-identity": {
    code: "AZURE_AUTH_FAILED",
    reason: "no-identity",
    retry: "never",
    action: `Assign a managed identity to the machine that runs Kluis, or set a client secret. ${setup}`,
  },
  token: {
    code: "AZURE_AUTH_FAILED",
    reason: "token-refused",
    retry: "bounded",
    action: "Azure refused a fresh token as well. Read its message; the client secret is not the cause.",
  },
  // Permissions
  role: {
    code: "AZURE_FORBIDDEN",
    reason: "connection",
    retry: "never",
    action: `Assign the connection's identity a role with this permission. ${setup}`,
  },
  linked: {
    code: "AZURE_FORBIDDEN",
    reason: "linked",
    retry: "never",
    action: `Give the identity the permission on the linked resource that Azure names. ${setup}`,
  },
  policy: {
    code: "AZURE_FORBIDDEN",
    reason: "policy",
    retry: "never",
    action: "Exempt the resources of Kluis from the policy that Azure names, or meet what it requires.",
  },
  lock: {
    code: "AZURE_FORBIDDEN",
    reason: "lock",
    retry: "never",
    action: "Remove the resource lock that Azure names, or choose a resource group without a lock.",
  },
  denied: {
    code: "AZURE_FORBIDDEN",
    reason: "denied",
    retry: "never",
    action: "A deny assignment forbids it. Ask the owner of the managed application or deployment stack.",
  },
  "forbidden-unknown": {
    code: "AZURE_FORBIDDEN",
    reason: "unknown",
    retry: "bounded",
    action: "Read what Azure reports. Kluis tries again for some minutes.",
  },
  // Subscription and limits
  "subscription-unknown": {
    code: "AZURE_SUBSCRIPTION_UNUSABLE",
    reason: "unknown",
    retry: "never",
    action: "Check the subscription ID, and that the identity has a role on the subscription.",
  },
  "other-tenant": {
    code: "AZURE_SUBSCRIPTION_UNUSABLE",
    reason: "other-tenant",
    retry: "never",
    action: "The subscription belongs to another tenant. Add a connection for that tenant.",
  },
  "subscription-disabled": {
    code: "AZURE_SUBSCRIPTION_UNUSABLE",
    reason: "disabled",
    retry: "never",
    action: "Reactivate the subscription. Until then Azure accepts no changes in it.",
  },
  "not-registered": {
    code: "AZURE_SUBSCRIPTION_UNUSABLE",
    reason: "not-registered",
    retry: "never",
    action: "Register the resource provider that Azure names (Microsoft.Compute) in the subscription.",
  },
  feature: {
    code: "AZURE_SUBSCRIPTION_UNUSABLE",
    reason: "feature",
    retry: "never",
    action: "Register the feature that Azure names in the subscription.",
  },
  quota: {
    code: "AZURE_LIMIT_REACHED",
    reason: "quota",
    retry: "never",
    action: "Request a higher quota for the subscription and region, or free some of it.",
  },
  size: {
    code: "AZURE_LIMIT_REACHED",
    reason: "size",
    retry: "never",
    action: "Choose another size, disk type, zone or region: Azure does not offer this one there.",
  },
  capacity: {
    code: "AZURE_LIMIT_REACHED",
    reason: "capacity",
    retry: "state",
    action: `Azure has no capacity at the moment. ${triesAgain} Another size or zone may have some.`,
  },
  "restore-points": {
    code: "AZURE_LIMIT_REACHED",
    reason: "restore-points",
    retry: "never",
    action: "Delete restore points of the VM that other products created and no longer need.",
  },
  snapshots: {
    code: "AZURE_LIMIT_REACHED",
    reason: "snapshots",
    retry: "never",
    action: "Delete incremental snapshots of the disk that are no longer needed.",
  },
  "open-access": {
    code: "AZURE_LIMIT_REACHED",
    reason: "open-access",
    retry: "state",
    action: "Azure opens at most five snapshots of a disk at once. Kluis tries again when others have ended.",
  },
} as const satisfies Readonly<Record<string, Outcome>>;
