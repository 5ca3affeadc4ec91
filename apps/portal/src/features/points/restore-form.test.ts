import { describe, expect, it } from "vitest";
import {
  restoreFormSchema,
  restoreInput,
  restoreProblem,
  suggestedName,
} from "#features/points/restore-form.ts";
import { textsOf } from "#i18n/texts.ts";

const same = { sku: "same", zone: "same", encryption: "same", access: "same", skipDamaged: false } as const;

describe("the restore form", () => {
  it("suggests a name that Azure accepts for any name of the disk", () => {
    const at = new Date("2026-11-22T21:05:00Z");
    expect(suggestedName("web-os", at)).toBe("web-os-restored-20261122-2105");
    for (const name of ["x".repeat(120), "_odd name/§", "sql-01_Data0"]) {
      const suggestion = suggestedName(name, at);
      const form = { ...same, name: suggestion, resourceGroup: "" };
      expect(restoreFormSchema.safeParse(form).success).toBe(true);
    }
  });

  it("leaves out what does not change", () => {
    const target = { point: "p", disk: "os" };
    expect(restoreInput({ ...same, name: " d1 ", resourceGroup: " " }, target)).toEqual({
      ...target,
      name: "d1",
    });
    const changed = {
      sku: "Premium_LRS",
      zone: "2",
      encryption: "platform-key",
      access: "deny-all",
      skipDamaged: true,
    } as const;
    expect(restoreInput({ ...changed, name: "d1", resourceGroup: "rg" }, target)).toEqual({
      ...target,
      ...changed,
      name: "d1",
      resourceGroup: "rg",
    });
    expect(restoreInput({ ...same, name: "-bad", resourceGroup: "" }, target)).toBeNull();
  });

  it("words problems in the language of the page, with the limit", () => {
    const words = { restores: textsOf("nl", "restores"), validation: textsOf("nl", "validation") };
    expect(restoreProblem("name", words)).toMatch(/^Gebruik 1 tot 80 letters/u);
    expect(restoreProblem("resourceGroup", words)).toBe("Gebruik ten hoogste 90 tekens.");
  });
});
