/** The configuration of a VM that a restore point keeps. */
import type { RestorePointSourceMetadata } from "@azure/arm-compute";
import { z } from "zod";
import type { RestorePoint, Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { diskBody } from "../disks/disk-body.ts";
import { keyOf } from "../ids.ts";
import { vmBody } from "../vms/vm-body.ts";
import { generationOf } from "../vms/vm-instance-view.ts";
import type { Json } from "../wire.ts";

/** JSON whose fields may be undefined; they are left out when it is written. */
type Loose<T> = T extends readonly (infer TItem)[]
  ? Loose<TItem>[]
  : T extends object
    ? { [K in keyof T]: Loose<T[K]> | undefined }
    : T;
type Metadata = Loose<Json<RestorePointSourceMetadata>>;
type Storage = NonNullable<Metadata["storageProfile"]>;
type DiskPoint = NonNullable<NonNullable<Storage["osDisk"]>["diskRestorePoint"]>;
/** Id of the disk restore point by key of the disk. Other disks are excluded. */
type Points = ReadonlyMap<string, string>;

/**
 * The VM as GET returns it, without what a restore point does not keep: tags, network, identity,
 * zones, plan.
 */
export function sourceMetadata(
  world: World,
  vm: Vm,
  points: Points,
): NonNullable<RestorePoint["sourceMetadata"]> {
  const { location, properties } = vmBody(world.state, vm, new Set(["userdata"]));
  const metadata: Metadata = {
    vmId: properties.vmId,
    location,
    hardwareProfile: { vmSize: properties.hardwareProfile?.vmSize },
    storageProfile: storageOf(world, properties.storageProfile ?? {}, points),
    osProfile: properties.osProfile,
    diagnosticsProfile: properties.diagnosticsProfile,
    licenseType: properties.licenseType,
    securityProfile: properties.securityProfile,
    userData: properties.userData,
    hyperVGeneration: generationOf(world.state, vm),
  };
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(metadata)));
}

type VmStorage = NonNullable<ReturnType<typeof vmBody>["properties"]["storageProfile"]>;

function storageOf(world: World, storage: VmStorage, points: Points): Storage {
  const { osDisk, dataDisks = [], diskControllerType } = storage;
  return {
    osDisk: osDisk && {
      osType: osDisk.osType,
      encryptionSettings: osDisk.encryptionSettings,
      ...diskOf(osDisk),
      diskRestorePoint: pointOf(world, osDisk.managedDisk?.id, points),
    },
    dataDisks: dataDisks.flatMap((disk) => {
      const diskRestorePoint = pointOf(world, disk.managedDisk?.id, points);
      return diskRestorePoint ? [{ lun: disk.lun, ...diskOf(disk), diskRestorePoint }] : [];
    }),
    diskControllerType,
  };
}

/** What OS and data disks share. */
function diskOf(
  disk: NonNullable<VmStorage["dataDisks"]>[number] | NonNullable<VmStorage["osDisk"]>,
): Pick<
  NonNullable<Storage["osDisk"]>,
  "name" | "caching" | "diskSizeGB" | "managedDisk" | "writeAcceleratorEnabled"
> {
  const { name, caching, diskSizeGB, managedDisk, writeAcceleratorEnabled } = disk;
  return { name, caching, diskSizeGB, managedDisk, writeAcceleratorEnabled };
}

function pointOf(world: World, diskId: string | undefined, points: Points): DiskPoint | undefined {
  const key = keyOf(diskId ?? "");
  const id = points.get(key);
  const disk = world.state.disks[key];
  if (id === undefined || !disk) return undefined;
  const encryption = diskBody(world, disk).properties.encryption;
  const set = encryption?.diskEncryptionSetId;
  return {
    id,
    encryption: {
      type: encryption?.type ?? "EncryptionAtRestWithPlatformKey",
      diskEncryptionSet: set === undefined ? undefined : { id: set },
    },
    sourceDiskRestorePoint: undefined,
  };
}

/** The configuration before the disk restore points exist. */
export function withoutDiskPoints(
  metadata: NonNullable<RestorePoint["sourceMetadata"]>,
): NonNullable<RestorePoint["sourceMetadata"]> {
  return withoutPoints.parse(metadata);
}

const withoutPoint = z
  .record(z.string(), z.json())
  .transform((disk) =>
    Object.fromEntries(Object.entries(disk).filter(([name]) => name !== "diskRestorePoint")),
  );
const withoutPoints = z
  .object({
    storageProfile: z
      .object({ osDisk: withoutPoint.exactOptional(), dataDisks: z.array(withoutPoint).exactOptional() })
      .catchall(z.json())
      .exactOptional(),
  })
  .catchall(z.json());
