import { expect, test } from "vitest";
import { findSize, sizeOf, vmSizes } from "./vm-sizes.ts";

test("each size has one entry, found in any letter case", () => {
  const names = vmSizes.map(({ name }) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  expect(findSize("standard_d2S_V5")).toMatchObject({ name: "Standard_D2s_v5", vCpus: 2, maxDataDisks: 4 });
  expect(findSize("Standard_D2s_v99")).toBeUndefined();
});

test("sizes without premium storage, of one generation, of Arm64 and confidential are in the table", () => {
  expect(findSize("Standard_D4_v3")).toMatchObject({ premiumStorage: false, generations: ["V1"] });
  expect(findSize("Standard_D4_v5")).toMatchObject({ premiumStorage: false, generations: ["V1", "V2"] });
  expect(findSize("Standard_D4ps_v5")).toMatchObject({ architecture: "Arm64", trustedLaunch: false });
  expect(findSize("Standard_DC4as_v5")).toMatchObject({ confidential: "SNP", generations: ["V2"] });
});

test("a size outside the table has what its letters say", () => {
  expect(sizeOf("Standard_X16pds_v9")).toMatchObject({
    vCpus: 16,
    premiumStorage: true,
    architecture: "Arm64",
  });
  expect(sizeOf("Standard_X8_v2").premiumStorage).toBe(false);
});
