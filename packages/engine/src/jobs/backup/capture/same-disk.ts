/** Azure writes the unique id of a disk in different cases, and sends none for some old snapshots: then the disk in the slot counts. */
export function isSameDisk(capturedUniqueId: string, uniqueId: string): boolean {
  return capturedUniqueId === "" || capturedUniqueId.toLowerCase() === uniqueId.toLowerCase();
}
