import { expect, test } from "vitest";
import { isInNetworks } from "./networks.ts";

const networks = ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"];

test.each([
  ["10.1.2.3", true],
  ["::ffff:10.1.2.3", true],
  ["11.0.0.1", false],
  ["192.0.2.7", true],
  ["192.0.2.8", false],
  ["fd12:3456::1", true],
  ["fd12::1%eth0", true],
  ["fe80::1", false],
  ["unknown", false],
  ["", false],
])("%s is inside: %s", (address, inside) => {
  expect(isInNetworks(networks, address)).toBe(inside);
});
