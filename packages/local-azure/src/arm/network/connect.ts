/** The network of a VM that is made outside ARM: interface, network, security group, public address. */
import { createHash, randomUUID } from "node:crypto";
import type { State, Vm } from "../../state/model.ts";
import type { NetworkInterface, VirtualNetwork } from "../../state/network-model.ts";
import { groupId, keyOf, nameOf } from "../ids.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";

/** What a new VM's network has beyond an interface in the group's network. */
export interface VmNetwork {
  publicIp?: boolean;
  /** Ports that the security group opens to the Internet. */
  openPorts?: readonly number[];
}

type Place = Pick<Vm, "subscriptionId" | "resourceGroup" | "location">;

/** The first addresses of a subnet are Azure's. */
const FIRST_HOST = 4;
const HOSTS = 250;

export function networkId(place: Place, type: string, name: string): string {
  return `${groupId(place.subscriptionId, place.resourceGroup)}/providers/Microsoft.Network/${type}/${name}`;
}

/** Makes what a VM's interfaces need and lack. Safe to run again. */
export function connectVm(state: State, vm: Vm, network: VmNetwork = {}): void {
  for (const id of vm.networkInterfaces) {
    const present = state.networkInterfaces[keyOf(id)];
    if (present) present.vmId = vm.id;
    else state.networkInterfaces[keyOf(id)] = newInterface(state, vm, { id, network });
  }
}

/** Gives every VM of a state of an earlier version its network. */
export function connectAll(state: State): void {
  for (const vm of Object.values(state.vms)) connectVm(state, vm);
}

/** Frees a deleted VM's interfaces, or deletes those with `deleteOption` Delete. */
export function disconnectVm(state: State, vm: Vm): void {
  for (const id of vm.networkInterfaces) {
    const key = keyOf(id);
    if (vm.nicDeleteOptions?.[key] === "Delete") delete state.networkInterfaces[key];
    else delete state.networkInterfaces[key]?.vmId;
  }
}

function newInterface(
  state: State,
  vm: Vm,
  { id, network }: { id: string; network: VmNetwork },
): NetworkInterface {
  const net = networkOf(state, vm);
  const [subnet] = net.subnets;
  const subnetId = `${net.id}/subnets/${subnet?.name ?? "default"}`;
  return {
    ...place(vm, { id, name: nameOf(id) }),
    subnetId,
    privateIpAddress: freeAddress(state, { subnetId, prefix: subnet?.addressPrefix ?? "10.0.0.0/24" }),
    ...(network.publicIp === true ? { publicIpAddressId: newAddress(state, vm) } : {}),
    networkSecurityGroupId: securityGroup(state, vm, network.openPorts ?? []),
    vmId: vm.id,
    macAddress: macOf(id),
    acceleratedNetworking: sizeOf(vm.size).acceleratedNetworking,
  };
}

function place<T extends { id: string; name: string }>(
  { subscriptionId, resourceGroup, location }: Place,
  named: T,
): T & Place & { guid: string; revision: number } {
  return { ...named, subscriptionId, resourceGroup, location, guid: randomUUID(), revision: 1 };
}

/** The network of the VM's group and region. */
function networkOf(state: State, vm: Vm): VirtualNetwork {
  const sameRegion = Object.values(state.virtualNetworks).find(
    (net) =>
      keyOf(net.resourceGroup) === keyOf(vm.resourceGroup) &&
      keyOf(net.subscriptionId) === keyOf(vm.subscriptionId) &&
      net.location === vm.location,
  );
  if (sameRegion) return sameRegion;
  const name = `${vm.resourceGroup}-${vm.location}-vnet`;
  const block = Object.keys(state.virtualNetworks).length % 256;
  const net: VirtualNetwork = {
    ...place(vm, { id: networkId(vm, "virtualNetworks", name), name }),
    addressPrefixes: [`10.${block}.0.0/16`],
    subnets: [{ name: "default", addressPrefix: `10.${block}.0.0/24` }],
  };
  state.virtualNetworks[keyOf(net.id)] = net;
  return net;
}

function freeAddress(state: State, { subnetId, prefix }: { subnetId: string; prefix: string }): string {
  const base = prefix.replace(/\.\d+\/\d+$/, "");
  const taken = new Set(
    Object.values(state.networkInterfaces)
      .filter((nic) => keyOf(nic.subnetId) === keyOf(subnetId))
      .map((nic) => nic.privateIpAddress),
  );
  for (let host = FIRST_HOST; host <= HOSTS; host += 1)
    if (!taken.has(`${base}.${host}`)) return `${base}.${host}`;
  // A fleet larger than its subnet shares addresses: nothing here routes.
  return `${base}.${HOSTS}`;
}

/** An address of the range for documentation (RFC 5737). */
function newAddress(state: State, vm: Vm): string {
  const name = `${vm.name}-ip`;
  const id = networkId(vm, "publicIPAddresses", name);
  const host = (Object.keys(state.publicIpAddresses).length % HOSTS) + FIRST_HOST;
  state.publicIpAddresses[keyOf(id)] ??= {
    ...place(vm, { id, name }),
    ipAddress: `203.0.113.${host}`,
    sku: "Standard",
    ...(vm.zones ? { zones: vm.zones } : {}),
  };
  return id;
}

function securityGroup(state: State, vm: Vm, ports: readonly number[]): string {
  const name = `${vm.name}-nsg`;
  const id = networkId(vm, "networkSecurityGroups", name);
  state.networkSecurityGroups[keyOf(id)] ??= {
    ...place(vm, { id, name }),
    rules: ports.map((port, index) => ({
      name: `allow-${port}`,
      priority: 300 + index * 10,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      source: "*",
      destination: "*",
      destinationPort: String(port),
    })),
  };
  return id;
}

/** A stable address with Microsoft's prefix. */
function macOf(id: string): string {
  const digits = createHash("sha256").update(keyOf(id)).digest("hex").slice(0, 6).toUpperCase();
  return ["00", "0D", "3A", digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)].join("-");
}
