import { describe, expect, test } from "vitest";
import { deduplicationDomain, deduplicationScopes } from "./deduplication.ts";

const id = "/subscriptions/0A0B/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/vm-1";

describe("the domain of deduplication", () => {
  test("is what the vault says, in any spelling of the VM's id", () => {
    const domains = deduplicationScopes.map((scope) => deduplicationDomain(id, scope));
    expect(domains).toEqual([
      "vault",
      "subscription:0a0b",
      "resource-group:0a0b/web",
      `vm:${id.toLowerCase()}`,
    ]);
    expect(deduplicationScopes.map((scope) => deduplicationDomain(id.toUpperCase(), scope))).toEqual(domains);
  });

  test("separates groups of the same name in two subscriptions", () => {
    const other = id.replace("0A0B", "ffff");
    expect(deduplicationDomain(other, "resource-group")).not.toBe(deduplicationDomain(id, "resource-group"));
  });

  test("is the VM alone when its id has another form", () => {
    expect(deduplicationDomain("/other/Vm", "subscription")).toBe("vm:/other/vm");
  });
});
