/** The domain of deduplication of a VM. */

/**
 * VMs of one subscription share content, and no others: what a backup of one team finds in the vault must not reveal what the disks
 * of another hold.
 * @param resourceId of the VM in Azure
 */
export function deduplicationDomain(resourceId: string): string {
  const [, subscription] = /^\/subscriptions\/([^/]+)\//i.exec(resourceId) ?? [];
  // A VM whose id has an unknown form shares with no other.
  return subscription === undefined
    ? `vm:${resourceId.toLowerCase()}`
    : `subscription:${subscription.toLowerCase()}`;
}
