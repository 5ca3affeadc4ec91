import { describe, expect, it } from "vitest";
import { deduplicationDomain } from "./domain.ts";

describe("the domain of deduplication", () => {
  it("is the VM's subscription, in any spelling of its id", () => {
    const id = "/subscriptions/0A0B/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm-1";
    expect(deduplicationDomain(id)).toBe("subscription:0a0b");
    expect(deduplicationDomain(id.toUpperCase())).toBe("subscription:0a0b");
  });

  it("is the VM alone when its id has another form", () => {
    expect(deduplicationDomain("/other/Vm")).toBe("vm:/other/vm");
  });
});
