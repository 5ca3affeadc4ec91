import { describe, expect, it } from "vitest";
import {
  restoreFormSchema,
  restoreInput,
  restoreProblem,
  suggestedName,
} from "#features/points/restore-form.ts";
import { textsOf } from "#i18n/texts.ts";

describe("the restore form", () => {
  it("suggests a name that Azure accepts for any name of the disk", () => {
    const at = new Date("2026-11-22T21:05:00Z");
    expect(suggestedName("web-os", at)).toBe("web-os-restored-20261122-2105");
    for (const name of ["x".repeat(120), "_odd name/§", "sql-01_Data0"]) {
      const suggestion = suggestedName(name, at);
      const form = { name: suggestion, resourceGroup: "", sku: "same" };
      expect(restoreFormSchema.safeParse(form).success).toBe(true);
    }
  });

  it("leaves out what does not change", () => {
    const target = { point: "p", disk: "os" };
    expect(restoreInput({ name: " d1 ", resourceGroup: " ", sku: "same" }, target)).toEqual({
      ...target,
      name: "d1",
    });
    expect(restoreInput({ name: "d1", resourceGroup: "rg", sku: "Premium_LRS" }, target)).toEqual({
      ...target,
      name: "d1",
      resourceGroup: "rg",
      sku: "Premium_LRS",
    });
    expect(restoreInput({ name: "-bad", resourceGroup: "", sku: "same" }, target)).toBeNull();
  });

  it("words problems in the language of the page, with the limit", () => {
    const words = { restores: textsOf("nl", "restores"), validation: textsOf("nl", "validation") };
    expect(restoreProblem("name", words)).toMatch(/^Gebruik 1 tot 80 letters/u);
    expect(restoreProblem("resourceGroup", words)).toBe("Gebruik ten hoogste 90 tekens.");
  });
});
