/** Names of disks within a VM. */
import { z } from "zod";

/** "os" or the LUN of a data disk in decimal. Identifies a disk within its VM in API, CLI, database and manifest. */
export const diskKeySchema = z.string().regex(/^(os|\d{1,3})$/, 'Use "os" or a LUN such as 0.');
export type DiskKey = z.infer<typeof diskKeySchema>;
