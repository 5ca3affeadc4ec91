import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterAll(async () => {
  await world.stop();
});

describe("a backup under a policy that keeps no snapshot", () => {
  it("makes a point that holds the disk, bit for bit, and leaves no snapshot behind", async () => {
    const image = await world.image("first", 64 * MIB, [random(0, 3 * MIB), random(33 * MIB + 4096, 70_000)]);
    const vmId = await world.protectedVm({ name: "first", disks: [image], policy: standardPolicy });
    const point = await world.backUp(vmId);
    expect(point.state).toBe("available");
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("first-os"));
    const { restorePoints, grants } = await world.control.snapshots();
    expect(restorePoints).toEqual([]);
    expect(grants).toEqual([]);
    expect(await world.steps(point.jobId)).toMatchObject({
      extension: { state: "done" },
      "remove-snapshot": { state: "done" },
    });
  });
});
