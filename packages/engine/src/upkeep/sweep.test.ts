import type { OwnedResource } from "@kluis/azure";
import { describe, expect, it } from "vitest";
import { isOrphan, pace, readsLeft } from "./sweep.ts";

const before = new Date("2026-01-01T12:00:00Z");
const old = "2026-01-01T08:00:00.000Z";
const young = "2026-01-01T12:30:00.000Z";
const point: OwnedResource = {
  kind: "restore-point",
  id: "/p",
  name: "p",
  jobId: "j",
  createdAt: old,
  diskState: null,
};
const disk: OwnedResource = { ...point, kind: "disk", diskState: "ActiveUpload" };
const row = {
  id: "r",
  kind: "restore-point" as const,
  resourceId: "/p",
  state: "created",
  jobId: "j",
  vmId: "v",
  pointId: null,
  detail: {},
  createdAt: new Date(old),
  keepUntil: null,
  wanted: "present" as const,
  jobOpen: false,
};

describe("isOrphan", () => {
  it("accepts an old resource without an open job", () => {
    expect(isOrphan(point, { row, before })).toBe(true);
    expect(isOrphan(point, { row: null, before })).toBe(true);
    expect(isOrphan(disk, { row: null, before })).toBe(true);
  });

  it("accepts a whole disk that its job did not deliver", () => {
    const whole = { ...disk, diskState: "Unattached" };
    expect(isOrphan(whole, { row: { ...row, kind: "disk" }, before })).toBe(true);
  });

  it.each([
    ["its job is open", point, { ...row, jobOpen: true }],
    ["a recovery point keeps it", point, { ...row, pointId: "point" }],
    ["it is new in Azure", { ...point, createdAt: young }, null],
    ["it is new in the database", point, { ...row, createdAt: new Date(young) }],
    ["its age is unknown", { ...point, createdAt: null }, null],
    ["it is a disk without a job", { ...disk, jobId: null }, null],
    ["it is a disk that was delivered", { ...disk, diskState: "Unattached" }, null],
    [
      "the database says that the disk was delivered",
      { ...disk, diskState: "Unattached" },
      { ...row, detail: { delivered: true } },
    ],
    ["another job created the disk", { ...disk, diskState: "Unattached" }, { ...row, jobId: "other" }],
    ["a VM uses the disk", { ...disk, diskState: "Attached" }, row],
    [
      "it is a collection, which is removed with its last restore point",
      { ...point, kind: "restore-point-collection" as const },
      null,
    ],
  ])("refuses a resource that may have an owner: %s", (_why, resource, known) => {
    expect(isOrphan(resource, { row: known, before })).toBe(false);
  });
});

it("pauses after fifty collections, also when each page of Azure has only a few", () => {
  let reads = 0;
  const pauses: number[] = [];
  for (let page = 1; page <= 40; page++) {
    const more = Math.min(3, readsLeft({ reads }));
    const paced = pace({ reads }, more);
    reads = paced.reads;
    if (paced.pauseMs !== null) pauses.push(page);
  }
  expect(pauses).toEqual([17, 34]);
  expect(readsLeft({ reads: 49 })).toBe(1);
});
