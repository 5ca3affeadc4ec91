/** Direct access to resources for code in the same process: seeding and the control API. */
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { computeId, groupId, keyOf } from "./arm/ids.ts";
import { connectVm, networkId, type VmNetwork } from "./arm/network/connect.ts";
import { BLOCK_SIZE } from "./disks/blocks.ts";
import { importImage, openImage } from "./disks/image.ts";
import { ownerPrincipalOf } from "./entra/index.ts";
import { LocalAzureError } from "./errors.ts";
import { freshGuest, type Guest } from "./guest/model.ts";
import { startWorkload, type Workload } from "./guest/workload.ts";
import type { KeyVault } from "./keyvault/model.ts";
import { customRoleSchema, type RoleAssignment } from "./state/access-model.ts";
import type { AccessFacts, DiskOnlyFacts, InheritedFacts } from "./state/disk-facts.ts";
import type { Disk, Vm } from "./state/model.ts";
import type { AvailabilitySet } from "./state/network-model.ts";
import type { VmModelFields } from "./state/vm-model.ts";
import { MIB } from "./units.ts";
import type { World } from "./world.ts";

/** The content of a new disk: an image file, or whole 4 KiB blocks that `fill` writes. */
export type DiskSource =
  | { file: string }
  | { sizeBytes: number; fill: (write: (offset: number, data: Buffer) => Promise<void>) => Promise<void> };

/** Facts of a new disk: security, encryption, access, sharing. An absent one has Azure's default. */
export type DiskFacts = InheritedFacts &
  AccessFacts &
  DiskOnlyFacts &
  Partial<Pick<Disk, "networkAccessPolicy" | "maxShares" | "zones" | "tags">>;

/** Facts of a new VM beyond its size, disks and power: profiles, identity, placement. */
export type VmFacts = VmModelFields & Pick<Partial<Vm>, "licenseType" | "userData">;

/** A VM to create. */
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
  /** Attach: made from an existing OS disk, without an OS profile. Default: FromImage. */
  osDiskCreateOption?: "FromImage" | "Attach";
  /** Settings of the OS disk in the VM: ephemeral, in-guest encryption. */
  osDiskFacts?: Pick<Vm["osDisk"], "diffDiskSettings" | "encryptionSettings" | "writeAcceleratorEnabled">;
  facts?: VmFacts;
  network?: VmNetwork;
  /** The OS disk, then data disks on LUN 0, 1, … */
  disks: (DiskSource & { name?: string; sku?: string; facts?: DiskFacts })[];
}

export class Fabric {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async ensureSubscription(subscription: { id: string; name: string; tenantId?: string }): Promise<void> {
    const { state, store } = this.#world;
    const { id, name, tenantId = state.tenantId } = subscription;
    state.subscriptions[id.toLowerCase()] ??= { id, name, tenantId };
    await this.ensureOwners();
    await store.flush();
  }

  /** Gives the operator's app the Owner role on every subscription of its tenants. */
  async ensureOwners(): Promise<void> {
    for (const { id, tenantId } of Object.values(this.#world.state.subscriptions)) {
      const principalId = ownerPrincipalOf(tenantId);
      if (principalId !== undefined)
        await this.addRoleAssignment({ principalId, scope: `/subscriptions/${id}`, role: "Owner" });
    }
  }

  async ensureResourceGroup(group: {
    subscriptionId: string;
    name: string;
    location: string;
  }): Promise<void> {
    const { state, store } = this.#world;
    const id = groupId(group.subscriptionId, group.name);
    state.resourceGroups[keyOf(id)] ??= { id, ...group };
    await store.flush();
  }

  /** Makes an availability set, or returns the one that exists. */
  async ensureAvailabilitySet(
    set: Pick<AvailabilitySet, "subscriptionId" | "resourceGroup" | "location" | "name">,
  ): Promise<AvailabilitySet> {
    const { state, store } = this.#world;
    const scope = { subscriptionId: set.subscriptionId, group: set.resourceGroup };
    const id = computeId(scope, "availabilitySets", set.name);
    const made = (state.availabilitySets[keyOf(id)] ??= { ...set, id, faultDomains: 2, updateDomains: 5 });
    await store.flush();
    return made;
  }

  /** Makes a key vault with role-based access, or returns the one that exists. Its keys are made through its data plane. */
  async ensureKeyVault(
    vault: Pick<KeyVault, "subscriptionId" | "resourceGroup" | "location" | "name">,
  ): Promise<KeyVault> {
    const { state, store } = this.#world;
    const id = `${groupId(vault.subscriptionId, vault.resourceGroup)}/providers/Microsoft.KeyVault/vaults/${vault.name}`;
    const { tenantId } = state.subscriptions[vault.subscriptionId.toLowerCase()] ?? state;
    const made = { ...vault, id, tenantId, publicNetworkAccess: "Enabled" as const, keys: {} };
    const known = (state.keyVaults[vault.name.toLowerCase()] ??= made);
    await store.flush();
    return known;
  }

  async addRoleAssignment(assignment: RoleAssignment): Promise<void> {
    const { state, store } = this.#world;
    const same = (other: RoleAssignment): boolean =>
      other.principalId === assignment.principalId &&
      other.scope === assignment.scope &&
      other.role === assignment.role &&
      other.roleDefinitionId === assignment.roleDefinitionId;
    if (state.roleAssignments.some(same)) return;
    state.roleAssignments.push(assignment);
    await store.flush();
  }

  /** Adds a custom role, or replaces the one of the same GUID. */
  async addCustomRole(
    role: Omit<z.input<typeof customRoleSchema>, "tenantId" | "createdOn" | "updatedOn"> & {
      tenantId?: string;
    },
  ): Promise<void> {
    const { state, store, clock } = this.#world;
    const now = clock.now();
    const made = customRoleSchema.parse({
      tenantId: state.tenantId,
      ...role,
      createdOn: now,
      updatedOn: now,
    });
    state.customRoles[made.name.toLowerCase()] = made;
    await store.flush();
  }

  /** Finds a VM by name in any letter case, in one subscription or in all. */
  findVm(name: string, subscriptionId?: string): Vm | undefined {
    return Object.values(this.#world.state.vms).find(
      (vm) =>
        vm.name.toLowerCase() === name.toLowerCase() &&
        (subscriptionId === undefined || vm.subscriptionId.toLowerCase() === subscriptionId.toLowerCase()),
    );
  }

  /** Starts a workload on all disks of a VM; see `guest/workload.ts`. @throws LocalAzureError `VM_NOT_FOUND` */
  startWorkload(name: string, lanes?: number): Workload {
    const vm = this.findVm(name);
    if (!vm) throw new LocalAzureError("VM_NOT_FOUND", `There is no VM ${name}`);
    return startWorkload(this.#world, vm, lanes);
  }

  /** Finds the first disk of a name, in any letter case and resource group. */
  findDisk(name: string): Disk | undefined {
    return Object.values(this.#world.state.disks).find(
      (disk) => disk.name.toLowerCase() === name.toLowerCase(),
    );
  }

  /**
   * Creates a VM with its disks. They appear together when the last byte is durable; a crash before
   * that leaves nothing.
   * @throws LocalAzureError `EXISTS`, and the errors of openImage
   */
  async createVm(vm: NewVm): Promise<Vm> {
    const scope = { subscriptionId: vm.subscriptionId, group: vm.resourceGroup };
    const id = computeId(scope, "virtualMachines", vm.name);
    this.#refuseExisting(id, vm);
    const layers: string[] = [];
    try {
      const disks: Disk[] = [];
      for (const [index, source] of vm.disks.entries()) {
        const layer = await this.#world.layers.create();
        layers.push(layer);
        const sizeBytes = await this.#fill(layer, source);
        disks.push(this.#diskRecord({ vm, vmId: id, index, source, layer, sizeBytes }));
      }
      this.#refuseExisting(id, vm);
      await this.ensureResourceGroup({
        subscriptionId: vm.subscriptionId,
        name: vm.resourceGroup,
        location: vm.location,
      });
      return await this.#commit(id, vm, disks);
    } catch (error) {
      for (const layer of layers)
        if (!this.#world.state.layers[layer]) await this.#world.layers.abandon(layer);
      throw error;
    }
  }

  /** Deletes a VM and its disks. Restore points stay, as in Azure. */
  async deleteVm(vm: Vm): Promise<void> {
    const { state, store, layers } = this.#world;
    delete state.vms[keyOf(vm.id)];
    for (const id of vm.networkInterfaces) delete state.networkInterfaces[keyOf(id)];
    for (const disk of [vm.osDisk, ...vm.dataDisks]) delete state.disks[keyOf(disk.diskId)];
    await store.flush();
    await layers.collect();
  }

  #refuseExisting(id: string, vm: NewVm): void {
    if (this.#world.state.vms[keyOf(id)])
      throw new LocalAzureError("EXISTS", `VM ${vm.name} already exists in ${vm.resourceGroup}`, {
        action: "Choose another name, or write to its disk with `local-azure write`.",
      });
    const taken = vm.disks.map((_, index) => diskName(vm, index)).find((name) => this.#diskExists(vm, name));
    if (taken !== undefined)
      throw new LocalAzureError("EXISTS", `Disk ${taken} already exists in ${vm.resourceGroup}`, {
        action: "Choose another name for the VM.",
      });
  }

  #diskExists(vm: NewVm, name: string): boolean {
    const scope = { subscriptionId: vm.subscriptionId, group: vm.resourceGroup };
    return this.#world.state.disks[keyOf(computeId(scope, "disks", name))] !== undefined;
  }

  async #fill(layer: string, source: DiskSource): Promise<number> {
    const { layers } = this.#world;
    if ("file" in source) {
      const image = await openImage(source.file);
      await importImage(layers, layer, image);
      return image.size;
    }
    if (source.sizeBytes % MIB !== 0) throw new RangeError("The size of a disk is a whole number of MiB");
    await source.fill(async (offset, data) => {
      if (
        offset % BLOCK_SIZE !== 0 ||
        data.length % BLOCK_SIZE !== 0 ||
        offset + data.length > source.sizeBytes
      )
        throw new RangeError("A disk is filled in whole 4 KiB blocks inside its size");
      await layers.fill(layer, data, offset);
    });
    await layers.sync(layer);
    return source.sizeBytes;
  }

  #diskRecord(input: {
    vm: NewVm;
    vmId: string;
    index: number;
    source: NewVm["disks"][number];
    layer: string;
    sizeBytes: number;
  }): Disk {
    const { vm, vmId, index, source, layer, sizeBytes } = input;
    const name = diskName(vm, index);
    return {
      id: computeId({ subscriptionId: vm.subscriptionId, group: vm.resourceGroup }, "disks", name),
      name,
      subscriptionId: vm.subscriptionId,
      resourceGroup: vm.resourceGroup,
      location: vm.location,
      ...(vm.zones ? { zones: vm.zones } : {}),
      sku: source.sku ?? "Premium_LRS",
      ...(index === 0 ? { osType: vm.os, hyperVGeneration: "V2" } : {}),
      sizeBytes,
      createOption: index === 0 ? "FromImage" : "Empty",
      uniqueId: randomUUID(),
      timeCreated: this.#world.clock.now(),
      provisioningState: "Succeeded",
      managedBy: vmId,
      ownershipChangedAt: this.#world.clock.now(),
      networkAccessPolicy: "AllowAll",
      ...source.facts,
      writes: 0,
      layer,
    };
  }

  async #commit(id: string, vm: NewVm, disks: Disk[]): Promise<Vm> {
    const { state, store, clock } = this.#world;
    const [os, ...data] = disks;
    if (!os) throw new RangeError("A VM needs an OS disk");
    const attached = (disk: Disk, createOption: string): Vm["osDisk"] => ({
      name: disk.name,
      diskId: disk.id,
      caching: "ReadWrite",
      createOption,
      deleteOption: "Detach",
    });
    const record: Vm = {
      id,
      name: vm.name,
      subscriptionId: vm.subscriptionId,
      resourceGroup: vm.resourceGroup,
      location: vm.location,
      ...(vm.tags ? { tags: vm.tags } : {}),
      ...(vm.zones ? { zones: vm.zones } : {}),
      vmId: randomUUID(),
      size: vm.size,
      osType: vm.os,
      computerName: vm.name,
      adminUsername: "azureuser",
      osDisk: { ...attached(os, vm.osDiskCreateOption ?? "FromImage"), ...vm.osDiskFacts },
      dataDisks: data.map((disk, lun) => ({ ...attached(disk, "Attach"), caching: "ReadOnly", lun })),
      ...(vm.imageReference ? { imageReference: vm.imageReference } : {}),
      networkInterfaces: [networkId(vm, "networkInterfaces", `${vm.name}-nic`)],
      power: vm.power,
      provisioningState: "Succeeded",
      extensions: {},
      guest: vm.guest ?? freshGuest(vm.os),
      timeCreated: clock.now(),
      ...vm.facts,
    };
    for (const disk of disks) {
      state.layers[disk.layer] = {};
      state.disks[keyOf(disk.id)] = disk;
    }
    state.vms[keyOf(id)] = record;
    connectVm(state, record, vm.network);
    await store.flush();
    return record;
  }
}

function diskName(vm: NewVm, index: number): string {
  return vm.disks[index]?.name ?? (index === 0 ? `${vm.name}-os` : `${vm.name}-data${index - 1}`);
}
