/** A disk that no rule finds anything about. For tests. */
import { type DiskFacts, diskFactsSchema } from "./vm-disk-facts.ts";

export const plainFacts: DiskFacts = diskFactsSchema.parse({
  slot: "os",
  name: "disk",
  diskId: "/disks/disk",
  sizeBytes: 2 ** 35,
  sku: "Premium_LRS",
  uniqueId: "u",
  osType: null,
  hyperVGeneration: null,
  location: "westeurope",
  zones: [],
  logicalSectorSize: 512,
  maxShares: 1,
  networkAccessPolicy: "AllowAll",
  writeAccelerated: false,
  tags: {},
});
