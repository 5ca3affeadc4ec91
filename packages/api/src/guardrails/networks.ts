/** Whether an address is in a list of networks. */
import { BlockList, isIP } from "node:net";

/** @param networks as CIDR. An address that cannot be read is in none. */
export function isInNetworks(networks: readonly string[], address: string): boolean {
  // A zone (`fe80::1%eth0`) names an interface of this machine, not an address.
  const [plain = ""] = address.split("%");
  const family = familyOf(plain);
  if (family === null) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", bits = ""] = network.split("/");
    const of = familyOf(base);
    if (of !== null) list.addSubnet(base, Number(bits), of);
  }
  return list.check(plain, family);
}

function familyOf(address: string): "ipv4" | "ipv6" | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? "ipv4" : "ipv6";
}
