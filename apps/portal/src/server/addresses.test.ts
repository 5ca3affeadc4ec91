import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientOf, parseTrustedProxies, plainAddress } from "./addresses.ts";

const none = parseTrustedProxies(undefined);

describe("the address of the client", () => {
  test.each([
    [
      "without proxies, a client's own header counts for nothing",
      none,
      "203.0.113.9",
      "10.9.9.9",
      "203.0.113.9",
    ],
    ["one hop: the last entry", parseTrustedProxies("1"), "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["two hops", parseTrustedProxies("2"), "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["fewer entries than hops", parseTrustedProxies("3"), "10.0.0.1", "203.0.113.9", "203.0.113.9"],
    [
      "networks: through trusted ones only",
      parseTrustedProxies("10.0.0.0/8"),
      "10.0.0.1",
      "1.1.1.1, 203.0.113.9, 10.2.0.2",
      "203.0.113.9",
    ],
    ["an untrusted peer", parseTrustedProxies("10.0.0.0/8"), "203.0.113.9", "1.1.1.1", "203.0.113.9"],
    [
      "an entry that is not an address",
      parseTrustedProxies("2"),
      "10.0.0.1",
      `1.1.1.1, ${"x".repeat(8000)}`,
      "10.0.0.1",
    ],
    ["an entry with a port", parseTrustedProxies("1"), "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
    ["IPv6", parseTrustedProxies("::1, fd00::/8"), "::1", "2001:db8::7, fd00::1", "2001:db8::7"],
  ] as const)("%s", (_what, ...[proxies, peer, header, expected]) => {
    expect(clientOf(peer, header, proxies)).toBe(expected);
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
