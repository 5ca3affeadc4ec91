/** Who sent a request: the peer of the connection, or what trusted proxies say about it. */
import { BlockList, isIP } from "node:net";
import { KluisError } from "@kluis/domain";

/** The proxies between the browsers and the portal: none, a number of hops, or their networks. */
export type TrustedProxies = { readonly hops: number } | { readonly networks: BlockList };

/** Entries of `X-Forwarded-For` that are looked at, from its end: a client can write as many as it likes in front. */
const mostEntries = 20;
const mostHops = 10;

/**
 * Reads KLUIS_TRUSTED_PROXIES: a number of hops (`1`), or addresses and networks (`10.0.0.0/8, ::1`).
 * @throws KluisError CONFIG_INVALID
 */
export function parseTrustedProxies(text: string | undefined): TrustedProxies {
  const given = text?.trim() ?? "";
  if (/^\d+$/.test(given) && Number(given) <= mostHops) return { hops: Number(given) };
  const networks = new BlockList();
  if (given === "") return { hops: 0 };
  for (const part of given.split(",").map((one) => one.trim())) {
    const [address = "", bits] = part.split("/");
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || !(prefix <= most)) {
      throw new KluisError("CONFIG_INVALID", {
        message: `KLUIS_TRUSTED_PROXIES has ${JSON.stringify(part)}, which is neither an address nor a network.`,
        action: `Set it to a number of proxies up to ${mostHops}, or to a list such as 10.0.0.0/8,::1.`,
      });
    }
    networks.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  }
  return { networks };
}

/** `::ffff:10.0.0.1`, `10.0.0.1:8080` and `[::1]:8080` as plain addresses; null for anything else. */
export function plainAddress(text: string): string | null {
  const trimmed = text.trim().replace(/^\[(.*)\](?::\d+)?$/, "$1");
  const bare = /^[\d.]+:\d+$/.test(trimmed) ? trimmed.slice(0, trimmed.lastIndexOf(":")) : trimmed;
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  const address = mapped ?? bare;
  return isIP(address) === 0 ? null : address;
}

function isTrusted(address: string, networks: BlockList): boolean {
  return networks.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

/** Whether the peer may say for whom it forwards. */
export function trustsPeer(peer: string | null, proxies: TrustedProxies): boolean {
  if ("hops" in proxies) return proxies.hops > 0;
  return peer !== null && isTrusted(peer, proxies.networks);
}

/**
 * The address of the client: the peer, or the last entry of `X-Forwarded-For` that no trusted proxy wrote for another one. An
 * entry that is not an address ends the way: nothing in front of it is believed.
 */
export function clientOf(
  peer: string | null,
  forwardedFor: string | null,
  proxies: TrustedProxies,
): string | null {
  if (peer === null || forwardedFor === null || !trustsPeer(peer, proxies)) return peer;
  const entries = forwardedFor.split(",").slice(-mostEntries).toReversed();
  let client = peer;
  for (const [index, entry] of entries.entries()) {
    const mayGoOn = "hops" in proxies ? index < proxies.hops : isTrusted(client, proxies.networks);
    const address = mayGoOn ? plainAddress(entry) : null;
    if (address === null) break;
    client = address;
  }
  return client;
}
