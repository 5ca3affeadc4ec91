/** Which VMs of a vault share content. */

/** From the widest to the narrowest. */
export const deduplicationScopes = ["vault", "subscription", "resource-group", "vm"] as const;
export type DeduplicationScope = (typeof deduplicationScopes)[number];

/** The subscription is the smallest scope that teams usually do not share, and still finds most copies of an operating system. */
export const defaultDeduplicationScope: DeduplicationScope = "subscription";

/**
 * The domain of deduplication of a VM: what a backup finds in the vault must not reveal what disks of another domain hold. An id of
 * an unknown form shares with no other VM.
 * @param resourceId of the VM in Azure
 */
export function deduplicationDomain(resourceId: string, scope: DeduplicationScope): string {
  const id = resourceId.toLowerCase();
  const [, subscription, group] = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\//.exec(id) ?? [];
  if (scope === "vault") return "vault";
  if (scope === "vm" || subscription === undefined || group === undefined) return `vm:${id}`;
  return scope === "subscription"
    ? `subscription:${subscription}`
    : `resource-group:${subscription}/${group}`;
}
