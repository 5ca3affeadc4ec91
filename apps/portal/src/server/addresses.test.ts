import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientOf, parseTrustedProxies, plainAddress } from "./addresses.ts";

const none = parseTrustedProxies(undefined);

describe("the address of the client", () => {
  const hop = (hops: string) => parseTrustedProxies(hops);
  const client = "203.0.113.9";
  test.each([
    { what: "no proxies: a header of the client", proxies: none, peer: client, header: "10.9.9.9" },
    { what: "one hop: the last entry", proxies: hop("1"), peer: "10.0.0.1", header: `1.1.1.1, ${client}` },
    { what: "two hops", proxies: hop("2"), peer: "10.0.0.1", header: `1.1.1.1, ${client}, 10.0.0.2` },
    { what: "fewer entries than hops", proxies: hop("3"), peer: "10.0.0.1", header: client },
    {
      what: "networks",
      proxies: hop("10.0.0.0/8"),
      peer: "10.0.0.1",
      header: `1.1.1.1, ${client}, 10.2.0.2`,
    },
    { what: "an untrusted peer", proxies: hop("10.0.0.0/8"), peer: client, header: "1.1.1.1" },
    { what: "a broken entry", proxies: hop("2"), peer: client, header: `1.1.1.1, ${"x".repeat(8000)}` },
    { what: "an entry with a port", proxies: hop("1"), peer: "10.0.0.1", header: `${client}:4711` },
  ])("$what", ({ proxies, peer, header }) => {
    expect(clientOf(peer, header, proxies)).toBe(client);
  });

  test("IPv6", () => {
    expect(clientOf("::1", "2001:db8::7, fd00::1", hop("::1, fd00::/8"))).toBe("2001:db8::7");
  });

  test("is always a valid address that some hop named, whatever the header holds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.nat(3), (header, hops) => {
        const found = clientOf("192.0.2.1", header, { hops });
        expect(found).toBe(plainAddress(found ?? ""));
      }),
    );
  });
});

test.each(["10.0.0.0/33", "proxy.example", "99", "10.0.0.1,,", "::1/200", "1.2.3.4/x"])(
  "KLUIS_TRUSTED_PROXIES=%s is refused",
  (text) => {
    expect(() => parseTrustedProxies(text)).toThrow("KLUIS_TRUSTED_PROXIES");
  },
);

test.each([
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["[::1]:80", "::1"],
  ["nonsense", null],
  ["", null],
])("%s is the address %s", (text, address) => {
  expect(plainAddress(text)).toBe(address);
});
