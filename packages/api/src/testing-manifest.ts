/** The manifest of a recovery point of the test world. */
import type { Manifest, NodeRef, Vault } from "@kluis/vault";

export function testManifest(
  vault: Vault,
  ids: { readonly pointId: string; readonly jobId: string },
  disk: { readonly diskBytes: number; readonly root: NodeRef | null; readonly rootDigest: string },
): Manifest {
  const at = new Date().toISOString();
  const bytes = disk.diskBytes;
  return {
    manifestVersion: 1,
    ...ids,
    vaultId: vault.id,
    vm: {
      resourceId: "/vm",
      name: "vm",
      vmId: null,
      location: "westeurope",
      os: "linux",
      tags: {},
      configuration: {},
    },
    previous: null,
    disks: [
      {
        ...disk,
        key: "os",
        name: "os-disk",
        resourceId: "/disks/os-disk",
        uniqueId: "u1",
        sku: "Premium_LRS",
        domain: "test",
        delta: "full",
        deltaReason: null,
        stats: {
          logicalBytes: bytes,
          readBytes: bytes,
          changedBytes: bytes,
          movedBytes: bytes,
          storedBytes: bytes,
          zeroBytes: 0,
        },
        configuration: {},
      },
    ],
    excludedDisks: [],
    times: {
      takenAt: at,
      snapshotStartedAt: at,
      snapshotEndedAt: at,
      transferStartedAt: at,
      transferEndedAt: at,
    },
    consistency: { wanted: "file", reached: "file", reason: null },
    policy: null,
    trigger: "manual",
    actor: { kind: "engine", name: "Kluis engine" },
    occurrenceDueAt: null,
    engineVersion: "test",
  };
}
