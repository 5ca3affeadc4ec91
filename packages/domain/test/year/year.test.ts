import { describe, expect, it } from "vitest";
import { expectedYear } from "./oracle.ts";
import { realYear } from "./product.ts";
import { year } from "./story.ts";

describe("a year of eight VMs in eight zones", () => {
  it.each(year.vms)("$name is what the design says", (vm) => {
    const expected = expectedYear(year, vm);
    const real = realYear(year, vm);
    expect(real.occurrences).toEqual(expected.occurrences);
    expect(real.removals).toEqual(expected.removals);
    expect(real.days).toEqual(expected.days);
  });
});
