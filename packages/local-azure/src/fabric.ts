import type { Guest } from "./guest/model.ts";
import type { RoleAssignment, Vm } from "./state/model.ts";

/** One disk of a new VM: an image file, or content that the caller writes (the demo fleet's recipes). */
export type DiskSource =
  | { file: string }
  | { sizeBytes: number; fill: (write: (offset: number, data: Buffer) => Promise<void>) => Promise<void> };

/** A VM to make. Existing names are refused with `EXISTS`. */
export interface NewVm {
  name: string;
  subscriptionId: string;
  resourceGroup: string;
  location: string;
  os: "Linux" | "Windows";
  size: string;
  power: "running" | "stopped" | "deallocated";
  tags?: Record<string, string>;
  zones?: string[];
  guest?: Guest;
  imageReference?: Record<string, string>;
  /** First is the OS disk, then data disks on LUN 0, 1, … */
  disks: (DiskSource & { name?: string; sku?: string })[];
}

/** The resources of the local Azure for code in the same process: seeding and the control API. */
export interface Fabric {
  ensureSubscription(subscription: { id: string; name: string; tenantId?: string }): Promise<void>;
  ensureResourceGroup(group: { subscriptionId: string; name: string; location: string }): Promise<void>;
  /** Case-insensitive by name, in all subscriptions or in one. */
  findVm(name: string, subscriptionId?: string): Vm | undefined;
  /** All or nothing: a crash half-way leaves no VM and no disk behind. */
  createVm(vm: NewVm): Promise<Vm>;
  addRoleAssignment(assignment: RoleAssignment): Promise<void>;
}
