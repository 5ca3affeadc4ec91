/** Resources around VMs: network interfaces, addresses, networks, security groups, availability sets. */
import { z } from "zod";

const tracked = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
});

const network = tracked.extend({
  /** `resourceGuid` of the resource. */
  guid: z.string(),
  revision: z.number().int(),
});

const networkInterfaceSchema = network.extend({
  subnetId: z.string(),
  privateIpAddress: z.string(),
  publicIpAddressId: z.string().optional(),
  networkSecurityGroupId: z.string().optional(),
  /** Absent: not attached. */
  vmId: z.string().optional(),
  macAddress: z.string(),
  acceleratedNetworking: z.boolean(),
});

const publicIpAddressSchema = network.extend({
  ipAddress: z.string(),
  sku: z.enum(["Standard"]),
  zones: z.array(z.string()).optional(),
  domainNameLabel: z.string().optional(),
});

const virtualNetworkSchema = network.extend({
  addressPrefixes: z.array(z.string()),
  subnets: z.array(
    z.object({
      name: z.string(),
      addressPrefix: z.string(),
      networkSecurityGroupId: z.string().optional(),
    }),
  ),
});

const networkSecurityGroupSchema = network.extend({
  rules: z.array(
    z.object({
      name: z.string(),
      priority: z.number().int(),
      direction: z.enum(["Inbound", "Outbound"]),
      access: z.enum(["Allow", "Deny"]),
      protocol: z.enum(["*", "Tcp", "Udp"]),
      source: z.string(),
      destination: z.string(),
      destinationPort: z.string(),
    }),
  ),
});

const availabilitySetSchema = tracked.extend({
  faultDomains: z.number().int(),
  updateDomains: z.number().int(),
});

/** Records of the state; a state of an earlier version has none. */
export const networkRecords = {
  networkInterfaces: z.record(z.string(), networkInterfaceSchema).default({}),
  publicIpAddresses: z.record(z.string(), publicIpAddressSchema).default({}),
  virtualNetworks: z.record(z.string(), virtualNetworkSchema).default({}),
  networkSecurityGroups: z.record(z.string(), networkSecurityGroupSchema).default({}),
  availabilitySets: z.record(z.string(), availabilitySetSchema).default({}),
};

export type NetworkInterface = z.infer<typeof networkInterfaceSchema>;
export type PublicIpAddress = z.infer<typeof publicIpAddressSchema>;
export type VirtualNetwork = z.infer<typeof virtualNetworkSchema>;
export type NetworkSecurityGroup = z.infer<typeof networkSecurityGroupSchema>;
export type AvailabilitySet = z.infer<typeof availabilitySetSchema>;

export function emptyNetwork(): {
  networkInterfaces: Record<string, NetworkInterface>;
  publicIpAddresses: Record<string, PublicIpAddress>;
  virtualNetworks: Record<string, VirtualNetwork>;
  networkSecurityGroups: Record<string, NetworkSecurityGroup>;
  availabilitySets: Record<string, AvailabilitySet>;
} {
  return {
    networkInterfaces: {},
    publicIpAddresses: {},
    virtualNetworks: {},
    networkSecurityGroups: {},
    availabilitySets: {},
  };
}
