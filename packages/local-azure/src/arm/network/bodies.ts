/** The JSON of network resources, as Microsoft.Network sends it. */
import { createHash } from "node:crypto";
import type { State } from "../../state/model.ts";
import type {
  NetworkInterface,
  NetworkSecurityGroup,
  PublicIpAddress,
  VirtualNetwork,
} from "../../state/network-model.ts";
import { keyOf } from "../ids.ts";

type Expand = ReadonlySet<string>;
interface Named {
  id: string;
  name: string;
  location: string;
  guid: string;
  revision: number;
  tags?: Record<string, string> | undefined;
}

function head(type: string, { id, name, location, tags, guid, revision }: Named): object {
  return {
    name,
    id,
    etag: etagOf(guid, revision),
    type: `Microsoft.Network/${type}`,
    location,
    ...(tags ? { tags } : {}),
  };
}

/** `W/"GUID"`, another one after each change. */
function etagOf(guid: string, revision: number): string {
  const hex = createHash("sha256").update(`${guid}/${revision}`).digest("hex");
  return `W/"${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")}"`;
}

function configurationOf(nic: NetworkInterface): string {
  return `${nic.id}/ipConfigurations/ipconfig1`;
}

/** `expand`: `ipconfigurations/publicipaddress`, `ipconfigurations/subnet`, `networksecuritygroup`. */
export function interfaceBody(state: State, nic: NetworkInterface, expand: Expand): object {
  return {
    ...head("networkInterfaces", nic),
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: nic.guid,
      ipConfigurations: [ipConfiguration(state, nic, expand)],
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      macAddress: nic.macAddress,
      enableAcceleratedNetworking: nic.acceleratedNetworking,
      vnetEncryptionSupported: false,
      enableIPForwarding: false,
      disableTcpStateTracking: false,
      ...(nic.networkSecurityGroupId === undefined
        ? {}
        : { networkSecurityGroup: securityGroupReference(state, nic.networkSecurityGroupId, expand) }),
      ...(nic.vmId === undefined ? {} : { primary: true, virtualMachine: { id: nic.vmId } }),
      hostedWorkloads: [],
      tapConfigurations: [],
      nicType: "Standard",
      auxiliaryMode: "None",
      auxiliarySku: "None",
    },
    kind: "Regular",
  };
}

function ipConfiguration(state: State, nic: NetworkInterface, expand: Expand): object {
  const address = state.publicIpAddresses[keyOf(nic.publicIpAddressId ?? "")];
  return {
    name: "ipconfig1",
    id: configurationOf(nic),
    etag: etagOf(nic.guid, nic.revision),
    type: "Microsoft.Network/networkInterfaces/ipConfigurations",
    properties: {
      provisioningState: "Succeeded",
      privateIPAddress: nic.privateIpAddress,
      privateIPAllocationMethod: "Dynamic",
      ...(nic.publicIpAddressId === undefined
        ? {}
        : {
            publicIPAddress:
              address && expand.has("ipconfigurations/publicipaddress")
                ? addressBody(state, address)
                : { id: nic.publicIpAddressId },
          }),
      subnet: expand.has("ipconfigurations/subnet") ? subnetOf(state, nic.subnetId) : { id: nic.subnetId },
      primary: true,
      privateIPAddressVersion: "IPv4",
    },
  };
}

function subnetOf(state: State, id: string): object {
  const [, netId = "", name = ""] = /^(.*)\/subnets\/([^/]+)$/i.exec(id) ?? [];
  const net = state.virtualNetworks[keyOf(netId)];
  return net ? (subnetBody(state, net, name) ?? { id }) : { id };
}

function securityGroupReference(state: State, id: string, expand: Expand): object {
  const group = state.networkSecurityGroups[keyOf(id)];
  return group && expand.has("networksecuritygroup") ? securityGroupBody(state, group) : { id };
}

export function addressBody(state: State, address: PublicIpAddress): object {
  const nic = Object.values(state.networkInterfaces).find(
    (one) => keyOf(one.publicIpAddressId ?? "") === keyOf(address.id),
  );
  return {
    ...head("publicIPAddresses", address),
    ...(address.zones ? { zones: address.zones } : {}),
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: address.guid,
      ipAddress: address.ipAddress,
      publicIPAddressVersion: "IPv4",
      publicIPAllocationMethod: "Static",
      idleTimeoutInMinutes: 4,
      ...(address.domainNameLabel === undefined
        ? {}
        : {
            dnsSettings: {
              domainNameLabel: address.domainNameLabel,
              fqdn: `${address.domainNameLabel}.${address.location}.cloudapp.azure.com`,
            },
          }),
      ipTags: [],
      ...(nic ? { ipConfiguration: { id: configurationOf(nic) } } : {}),
    },
    sku: { name: address.sku, tier: "Regional" },
  };
}

export function networkBody(state: State, net: VirtualNetwork): object {
  return {
    ...head("virtualNetworks", net),
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: net.guid,
      addressSpace: { addressPrefixes: net.addressPrefixes },
      subnets: net.subnets.flatMap(({ name }) => subnetBody(state, net, name) ?? []),
      virtualNetworkPeerings: [],
      enableDdosProtection: false,
    },
  };
}

/** A subnet by name in any letter case, or undefined. */
export function subnetBody(state: State, net: VirtualNetwork, name: string): object | undefined {
  const subnet = net.subnets.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!subnet) return undefined;
  const id = `${net.id}/subnets/${subnet.name}`;
  const used = Object.values(state.networkInterfaces).filter((nic) => keyOf(nic.subnetId) === keyOf(id));
  return {
    name: subnet.name,
    id,
    etag: etagOf(net.guid, net.revision),
    type: "Microsoft.Network/virtualNetworks/subnets",
    properties: {
      provisioningState: "Succeeded",
      addressPrefix: subnet.addressPrefix,
      ...(subnet.networkSecurityGroupId === undefined
        ? {}
        : { networkSecurityGroup: { id: subnet.networkSecurityGroupId } }),
      ipConfigurations: used.map((nic) => ({ id: configurationOf(nic) })),
      delegations: [],
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
    },
  };
}

type Rule = NetworkSecurityGroup["rules"][number];

/** The rules that every security group ends with. */
const defaultRules: readonly Rule[] = [
  ["AllowVnetInBound", 65_000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"],
  ["AllowAzureLoadBalancerInBound", 65_001, "Inbound", "Allow", "AzureLoadBalancer", "*"],
  ["DenyAllInBound", 65_500, "Inbound", "Deny", "*", "*"],
  ["AllowVnetOutBound", 65_000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"],
  ["AllowInternetOutBound", 65_001, "Outbound", "Allow", "*", "Internet"],
  ["DenyAllOutBound", 65_500, "Outbound", "Deny", "*", "*"],
].map((row) => defaultRule(row));

function defaultRule(row: readonly (string | number)[]): Rule {
  const [name, priority, direction, access, source, destination] = row;
  return {
    name: String(name),
    priority: Number(priority),
    direction: direction === "Inbound" ? "Inbound" : "Outbound",
    access: access === "Allow" ? "Allow" : "Deny",
    protocol: "*",
    source: String(source),
    destination: String(destination),
    destinationPort: "*",
  };
}

export function securityGroupBody(state: State, group: NetworkSecurityGroup): object {
  const used = Object.values(state.networkInterfaces).filter(
    (nic) => keyOf(nic.networkSecurityGroupId ?? "") === keyOf(group.id),
  );
  const rule = (folder: string, one: Rule): object => ({
    name: one.name,
    id: `${group.id}/${folder}/${one.name}`,
    etag: etagOf(group.guid, group.revision),
    type: `Microsoft.Network/networkSecurityGroups/${folder}`,
    properties: {
      provisioningState: "Succeeded",
      protocol: one.protocol,
      sourcePortRange: "*",
      destinationPortRange: one.destinationPort,
      sourceAddressPrefix: one.source,
      destinationAddressPrefix: one.destination,
      access: one.access,
      priority: one.priority,
      direction: one.direction,
      sourcePortRanges: [],
      destinationPortRanges: [],
      sourceAddressPrefixes: [],
      destinationAddressPrefixes: [],
    },
  });
  return {
    ...head("networkSecurityGroups", group),
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: group.guid,
      securityRules: group.rules.map((one) => rule("securityRules", one)),
      defaultSecurityRules: defaultRules.map((one) => rule("defaultSecurityRules", one)),
      ...(used.length > 0 ? { networkInterfaces: used.map(({ id }) => ({ id })) } : {}),
    },
  };
}
