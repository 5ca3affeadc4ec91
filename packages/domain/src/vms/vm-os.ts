/** Operating systems of VMs and disks. */
export const osTypes = ["linux", "windows"] as const;
export type OsType = (typeof osTypes)[number];
