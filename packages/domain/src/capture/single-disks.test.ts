import { expect, test } from "vitest";
import { plainFacts } from "../vms/plain-disk.ts";
import type { SuitabilityInput } from "../vms/vm-suitability.ts";
import { unknownTraits } from "../vms/vm-traits.ts";
import { nextRequest, singleDisksOf } from "./single-disks.ts";

const disk = (slot: "os" | number, sku: string): SuitabilityInput["disks"][number] => ({
  key: String(slot) === "os" ? "os" : "0",
  bytes: 2 ** 35,
  storage: "managed",
  facts: { ...plainFacts, slot, name: `disk-${slot}`, sku },
});

const stopped = {
  resourceId: "/vm",
  size: "Standard_D2_v5",
  powerState: "deallocated",
  agentState: "unknown",
  traits: { ...unknownTraits, premiumStorage: true },
  disks: [disk("os", "Premium_LRS")],
} as const satisfies Omit<SuitabilityInput, "request">;
const small = { ...stopped, traits: { ...stopped.traits, premiumStorage: false } };
const fast = { ...stopped, disks: [...stopped.disks, disk(0, "PremiumV2_LRS")] };

test("a stopped VM has a restore point when it can include every disk", () => {
  expect(singleDisksOf(stopped)).toEqual({ isPossible: true, isWithoutPoint: false, left: [] });
  expect(nextRequest(stopped, "crash")).toBe("crash");
});

test("without one, or when it leaves a disk out, each disk has a snapshot", () => {
  expect(nextRequest(small, "crash")).toBe("disks");
  expect(singleDisksOf(fast).left).toEqual(["0"]);
  expect(nextRequest(fast, "crash")).toBe("disks");
});

test("a running VM never has snapshots of single disks", () => {
  expect(nextRequest({ ...small, powerState: "running" }, "crash")).toBe("crash");
  expect(nextRequest({ ...fast, powerState: "running" }, "best")).toBe("best");
});

test("what refuses the VM whatever is requested refuses it here as well", () => {
  const secret = { ...small, traits: { ...small.traits, securityType: "ConfidentialVM" } };
  expect(singleDisksOf(secret).isPossible).toBe(false);
  expect(nextRequest(secret, "crash")).toBe("crash");
});
