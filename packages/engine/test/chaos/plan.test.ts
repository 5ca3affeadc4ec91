import { describe, expect, it } from "vitest";
import { makePlan } from "./plan.ts";
import { Random } from "./random.ts";

describe("the plan of a chaos run", () => {
  it("follows from the seed alone", () => {
    const options = { seed: 17, steps: 300, vms: 6 };
    expect(makePlan(options)).toEqual(makePlan(options));
    expect(makePlan({ ...options, seed: 18 })).not.toEqual(makePlan(options));
  });

  it("has the asked number of operations, and begins each VM with a backup", () => {
    const { vms } = makePlan({ seed: 5, steps: 301, vms: 7 });
    expect(vms.flatMap(({ operations }) => operations)).toHaveLength(301);
    for (const { operations } of vms) expect(operations[0]?.kind).toBe("backup");
  });

  it("writes inside of the disks", () => {
    for (const vm of makePlan({ seed: 9, steps: 200, vms: 4 }).vms) {
      const writes = vm.operations.flatMap((one) => (one.kind === "backup" ? one.writes : []));
      for (const { disk, offset, length } of [...vm.first, ...writes]) {
        expect(offset + length).toBeLessThanOrEqual(vm.diskBytes[disk] ?? 0);
        expect([offset % 512, length % 512]).toEqual([0, 0]);
      }
    }
  });

  it("breaks only what it is asked to break", () => {
    const only = ["kill-postgres", "cut"] as const;
    const { disturbances } = makePlan({ seed: 1, steps: 3, vms: 1, only });
    expect(disturbances.map(({ what }) => what.kind)).toEqual(only);
  });
});

describe("the random numbers", () => {
  it("are the same for a seed, and a fork has its own", () => {
    const [one, two] = [new Random(3), new Random(3)];
    const fork = one.fork();
    two.fork();
    fork.next();
    expect(one.next()).toBe(two.next());
    expect(new Random(3).bytes(7)).toEqual(new Random(3).bytes(7));
  });
});
